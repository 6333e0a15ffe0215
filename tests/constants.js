// Prints the constants that the modules named export, as Python has them: { module: { NAME: value } }.

const plain = value => {
	if (value instanceof RegExp) return value.source;
	if (value instanceof Map) return [...value.keys()];
	if (value.sizes) return { name: value.name, sizes: value.sizes, lowest: value.lowest ?? 0 };
	return value;
};

const found = {};
for (const module of process.argv.slice(2)) {
	const constants = Object.entries(await import(`../${module}`)).filter(([name]) => /^[A-Z][A-Z_]*$/.test(name));
	found[module] = Object.fromEntries(constants.map(([name, value]) => [name, plain(value)]));
}
console.log(JSON.stringify(found));

export {};
