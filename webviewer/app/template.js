// Fills in the shader templates: the part of Jinja's language that they use, which is
// `{{ name }}`, `{{ name[i][j] }}`, `{# comment #}` and the lines `{% for i in name %}` and
// `{% endfor %}`. An unknown name is an error.

export function render(template, values) {
    const lines = template.replace(/\{#[\s\S]*?#\}\n?/g, '').replace(/\n$/, '').split('\n');
    const out = [];
    const end = renderBlock(lines, 0, values, out);
    if (end !== lines.length) throw new Error('A shader template has an endfor too many.');
    return out.join('\n');
}

// Renders lines from `start` up to the endfor of this block; returns the index of that line.
function renderBlock(lines, start, values, out) {
    let i = start;
    for (; i < lines.length; i++) {
        const statement = lines[i].match(/^\s*\{%\s*(.*?)\s*%\}$/);
        if (!statement) {
            out.push(lines[i].replace(/\{\{\s*(.+?)\s*\}\}/g, (_, path) => lookUp(path, values)));
        } else if (statement[1] === 'endfor') {
            return i;
        } else {
            i = renderLoop(lines, i, statement[1], values, out);
        }
    }
    return i;
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
