// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
const zero = vec4f(0.0);
const one = vec4f(1.0);

@group(0) @binding(0) var layers: texture_2d_array<f32>;  // of the planes, as layers.py has them; row 0 is the top of the image
@group(0) @binding(1) var<uniform> frame: array<vec4f, 13>;
@group(0) @binding(2) var<uniform> texel_step: vec2f;  // texels per fragment

struct Cover {
    @builtin(position) position: vec4f,
}

fn latents(layer: i32, texel: vec2i) -> vec4f {
    return textureLoad(layers, texel, layer, 0);
}

fn decode(texel: vec2i) -> vec3f {
    let layer0 = latents(0, texel);
    let layer1 = latents(1, texel);
    let layer2 = latents(2, texel);

    let rgb = frame[0]
        + frame[1] * layer0.x
        + frame[2] * layer0.y
        + frame[3] * layer0.z
        + frame[4] * layer1.x
        + frame[5] * layer1.y
        + frame[6] * layer1.z
        + frame[7] * layer2.x
        + frame[8] * layer2.y
        + frame[9] * layer2.z
        + frame[10] * layer0.w
        + frame[11] * layer1.w
        + frame[12] * layer2.w
        ;
    return rgb.xyz;
}

fn nearest_level(rgb: vec3f) -> vec3f {
    return floor(clamp(rgb, vec3f(0.0), vec3f(1.0)) * 255.0 + 0.5) / 255.0;
}

@vertex
fn cover(@builtin(vertex_index) index: u32) -> Cover {
    // One triangle over the whole target.
    var out: Cover;
    out.position = vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
    return out;
}

@fragment
fn relight(in: Cover) -> @location(0) vec4f {
    let texel = min(vec2i(in.position.xy * texel_step), vec2i(textureDimensions(layers)) - 1);
    return vec4f(decode(texel), 1.0);
}
