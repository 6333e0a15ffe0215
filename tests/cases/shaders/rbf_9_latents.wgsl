// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
const zero = vec4f(0.0);
const one = vec4f(1.0);

@group(0) @binding(0) var planes: texture_2d_array<f32>;  // row 0 is the top of the image
@group(0) @binding(1) var<uniform> frame: array<vec4f, 10>;
@group(0) @binding(2) var<uniform> texel_step: vec2f;  // texels per fragment

struct Cover {
    @builtin(position) position: vec4f,
}

fn latents(plane: i32, texel: vec2i) -> vec4f {
    return textureLoad(planes, texel, plane, 0);
}

fn decode(texel: vec2i) -> vec3f {
    let plane0 = latents(0, texel);
    let plane1 = latents(1, texel);
    let plane2 = latents(2, texel);

    let rgb = frame[0]
        + frame[1] * plane0.x
        + frame[2] * plane0.y
        + frame[3] * plane0.z
        + frame[4] * plane1.x
        + frame[5] * plane1.y
        + frame[6] * plane1.z
        + frame[7] * plane2.x
        + frame[8] * plane2.y
        + frame[9] * plane2.z
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
    let texel = min(vec2i(in.position.xy * texel_step), vec2i(textureDimensions(planes)) - 1);
    return vec4f(decode(texel), 1.0);
}
