// What a file must hold to be used: each failed check is a sentence for the user.

export function check(holds, problem) {
    if (!holds) throw new Error(`info.json cannot be used: ${problem}.`);
}

// A list of finite numbers, as float32 values.
export function numbers(list, what) {
    return doubles(list, what).map((value, i) => {
        const single = Math.fround(value);
        check(Number.isFinite(single), `number ${i + 1} of its ${what} exceeds float32`);
        return single;
    });
}

// A list of finite numbers, as they are.
export function doubles(list, what) {
    check(Array.isArray(list), `its ${what} are not a list`);
    check(list.every(Number.isFinite), `its ${what} are not all finite numbers`);
    return list;
}

// As [[x, y, z], ...].
export function triples(list, what) {
    const flat = numbers(list, what);
    check(flat.length % 3 === 0, `its ${what} are not three numbers each`);
    return [...Array(flat.length / 3).keys()].map(i => flat.slice(3 * i, 3 * i + 3));
}
