// Fills in the shader templates, which use of Jinja's language `{{ name }}`, `{{ name[i][j] }}`,
// `{# comment #}` and the lines `{% for i in name %}` and `{% endfor %}`.

export function render(template, values) {
	const lines = template.replace(/\{#[\s\S]*?#\}\n?/g, '').replace(/\n$/, '').split('\n');
	const out = [];
	renderBlock(lines, 0, values, out);
	return out.join('\n');
}

// Renders lines from `start` up to the endfor of this block; returns the index of that line.
function renderBlock(lines, start, values, out) {
	for (let i = start; i < lines.length; i++) {
		const [, statement, variable, list] = lines[i].match(/^\s*\{% (endfor|for (\w+) in (\w+)) %\}$/) ?? [];
		if (statement === 'endfor') return i;
		if (statement) {
			const block = i + 1;
			for (const item of lookUp(list, values)) i = renderBlock(lines, block, { ...values, [variable]: item }, out);
		} else {
			out.push(lines[i].replace(/\{\{\s*(.+?)\s*\}\}/g, (_, path) => lookUp(path, values)));
		}
	}
	return lines.length;
}

function lookUp(path, values) {
	const [name, ...indices] = path.split(/[[\]]+/).filter(Boolean);
	let value = values[name];
	for (const index of indices) value = value?.[values[index]];
	if (value === undefined) throw new Error(`A shader template asks for an unknown name: ${path}`);
	return value;
}
