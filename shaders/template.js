// Fills in the shader templates, which use of Jinja's language `{{ name }}`, `{{ name[i][j] }}`,
// `{# comment #}`, and alone on their lines `{% for i in name %}`, `{% if name %}` and what ends them.

const STATEMENT = /^\s*\{% (?:for (?<item>\w+) in (?<list>\w+)|if (?<condition>\w+)|(?<end>else|endfor|endif)) %\}$/;

// An unknown name is an error.
export function render(template, values) {
	const lines = template.replace(/\{#[\s\S]*?#\}\n?/g, '').replace(/\n$/, '').split('\n');
	return fill(parse(lines.values()).parts, values).join('\n');
}

// The lines and blocks down to a statement that ends them.
function parse(lines) {
	const parts = [];
	for (;;) {
		const { value: line, done } = lines.next();
		if (done) return { parts };
		const { item, list, condition, end } = STATEMENT.exec(line)?.groups ?? {};
		if (end) return { parts, end };
		if (item) {
			parts.push({ item, list, body: parse(lines).parts });
		} else if (condition) {
			const { parts: body, end: middle } = parse(lines);
			parts.push({ condition, body, otherwise: middle === 'else' ? parse(lines).parts : [] });
		} else {
			parts.push(line);
		}
	}
}

function fill(parts, values) {
	return parts.flatMap(part => {
		const { item, list, condition, body, otherwise } = part;
		if (item) return lookUp(list, values).flatMap(each => fill(body, { ...values, [item]: each }));
		if (condition) return fill(lookUp(condition, values) ? body : otherwise, values);
		return part.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, path) => lookUp(path, values));
	});
}

function lookUp(path, values) {
	const [name, ...indices] = path.split(/[[\]]+/).filter(Boolean);
	let value = values[name];
	for (const index of indices) value = value?.[values[index]];
	if (value === undefined) throw new Error(`A shader template asks for an unknown name: ${path}`);
	return value;
}
