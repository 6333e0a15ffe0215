// Draws one relit block of the image to the window, panned and zoomed.
struct View {
    offset: vec2f,  // clip position of the block's top left corner
    size: vec2f,    // clip width and height of the block
    drawn: vec2f,   // the share of the block's texture that was decoded into
}

@group(0) @binding(0) var relit: texture_2d<f32>;
@group(0) @binding(1) var mask: texture_2d<f32>;   // 1 on the object
@group(0) @binding(2) var nearest_or_linear: sampler;
@group(0) @binding(3) var<uniform> view: View;

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) uv: vec2f,
}

@vertex
fn corner(@builtin(vertex_index) index: u32) -> Corner {
    let uv = vec2f(f32(index & 1u), f32(index >> 1u));
    let position = view.offset + uv * view.size * vec2f(1.0, -1.0);
    return Corner(vec4f(position, 0.0, 1.0), uv);
}

@fragment
fn present(in: Corner) -> @location(0) vec4f {
    let rgb = textureSample(relit, nearest_or_linear, in.uv * view.drawn).rgb;
    let opacity = textureSample(mask, nearest_or_linear, in.uv).r;
    return vec4f(rgb * opacity, opacity);
}
