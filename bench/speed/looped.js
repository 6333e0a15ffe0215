// The baseline of the bench, in the viewer's own page: weights in uniform arrays, walked in loops.
// `texts`: the fragment shader by target; `uniforms`: [{ name, components, data }].

async ({ texts, uniforms }) => {
    const OTHER_VECTORS = 5;    // texels and up to four conditions
    /** @type {Viewer} */
    const viewer = /** @type {any} */ (document.querySelector('raking-viewer')).viewer;
    viewer.engine.use('looped', (gl, decoder, target) => {
        const needed = uniforms.reduce((sum, { components, data }) => sum + data.length / components, OTHER_VECTORS);
        const room = gl.getParameter(gl.MAX_FRAGMENT_UNIFORM_VECTORS);
        if (needed > room) {
            throw new Error(`The looped shader of this decoder needs ${needed} uniform vectors, where this graphics `
                + `driver has room for ${room}; use the baked shader.`);
        }
        return {
            fragment: texts[target],
            begin: (gl, at) => uniforms.forEach(({ name, components, data }) => {
                gl[`uniform${components}fv`](at(name), data);
            }),
            setConditions: (gl, at, conditions) => gl.uniform1fv(at('conditions'), conditions),
        };
    });
    await window.raking.setState({ shader: 'looped' });
}
