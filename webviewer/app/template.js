// Fills in the shader templates: the part of Jinja's language that they use, which is
// `{{ name }}`, `{{ name[i][j] }}`, `{# comment #}` and the lines `{% for i in name %}` and
// `{% endfor %}`. An unknown name is an error.

export function render(template, values) {
    const lines = template.replace(/\{#[\s\S]*?#\}\n?/g, '').replace(/\n$/, '').split('\n');
    const out = [];
    renderBlock(lines, 0, values, out);
    return out.join('\n');
}

// Renders lines from `start` up to the endfor of this block; returns the index of that line.
function renderBlock(lines, start, values, out) {
    for (let i = start; i < lines.length; i++) {
        const [, statement] = lines[i].match(/^\s*\{%\s*(.*?)\s*%\}$/) ?? [];
        if (statement === 'endfor') return i;
        if (statement) i = renderLoop(lines, i, statement, values, out);
        else out.push(lines[i].replace(/\{\{\s*(.+?)\s*\}\}/g, (_, path) => lookUp(path, values)));
    }
    return lines.length;
}

function renderLoop(lines, start, statement, values, out) {
    const loop = statement.match(/^for (\w+) in (\w+)$/);
    if (!loop) throw new Error(`A shader template has an unknown statement: ${statement}`);
    const [, variable, list] = loop;
    let end = start;
    for (const item of lookUp(list, values)) {
        end = renderBlock(lines, start + 1, { ...values, [variable]: item }, out);
    }
    return end;
}

function lookUp(path, values) {
    const [name, ...indices] = path.split(/[[\]]+/).filter(Boolean);
    let value = values[name];
    for (const index of indices) value = value?.[values[index]];
    if (value === undefined) throw new Error(`A shader template asks for an unknown name: ${path}`);
    return value;
}
