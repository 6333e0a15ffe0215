// The dome: a disc that shows where the light stands, and moves it.

export function connectDome(viewer) {
    const dome = document.getElementById('dome');
    const place = event => {
        const { left, top, width, height } = dome.getBoundingClientRect();
        viewer.moveLight([
            (event.clientX - left) / width * 2 - 1,
            1 - (event.clientY - top) / height * 2,
        ]);
    };
    dome.addEventListener('pointerdown', event => {
        dome.setPointerCapture(event.pointerId);
        place(event);
    });
    dome.addEventListener('pointermove', event => {
        if (dome.hasPointerCapture(event.pointerId)) place(event);
    });
    const show = () => showLight(dome, viewer.settings.light);
    viewer.addEventListener('state', show);
    viewer.addEventListener('light', show);
    show();
}

function showLight(dome, [x, y]) {
    dome.style.setProperty('--x', x);
    dome.style.setProperty('--y', y);
    const elevation = Math.round(Math.acos(Math.min(1, Math.hypot(x, y))) * 180 / Math.PI);
    dome.setAttribute('aria-valuenow', elevation);
    dome.setAttribute('aria-valuetext', `${side(x, y)}, ${elevation}° above the surface`);
}

function side(x, y) {
    const vertical = y > 0.1 ? 'upper' : y < -0.1 ? 'lower' : '';
    const horizontal = x > 0.1 ? 'right' : x < -0.1 ? 'left' : '';
    const words = [vertical, horizontal].filter(Boolean).join(' ');
    return words ? `light from the ${words}` : 'light from straight above';
}
