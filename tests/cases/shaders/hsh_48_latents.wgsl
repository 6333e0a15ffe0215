// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
const zero = vec4f(0.0);
const one = vec4f(1.0);

@group(0) @binding(0) var planes: texture_2d_array<f32>;  // row 0 is the top of the image
@group(0) @binding(1) var<uniform> frame: array<vec4f, 49>;
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
    let plane3 = latents(3, texel);
    let plane4 = latents(4, texel);
    let plane5 = latents(5, texel);
    let plane6 = latents(6, texel);
    let plane7 = latents(7, texel);
    let plane8 = latents(8, texel);
    let plane9 = latents(9, texel);
    let plane10 = latents(10, texel);
    let plane11 = latents(11, texel);
    let plane12 = latents(12, texel);
    let plane13 = latents(13, texel);
    let plane14 = latents(14, texel);
    let plane15 = latents(15, texel);

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
        + frame[10] * plane3.x
        + frame[11] * plane3.y
        + frame[12] * plane3.z
        + frame[13] * plane4.x
        + frame[14] * plane4.y
        + frame[15] * plane4.z
        + frame[16] * plane5.x
        + frame[17] * plane5.y
        + frame[18] * plane5.z
        + frame[19] * plane6.x
        + frame[20] * plane6.y
        + frame[21] * plane6.z
        + frame[22] * plane7.x
        + frame[23] * plane7.y
        + frame[24] * plane7.z
        + frame[25] * plane8.x
        + frame[26] * plane8.y
        + frame[27] * plane8.z
        + frame[28] * plane9.x
        + frame[29] * plane9.y
        + frame[30] * plane9.z
        + frame[31] * plane10.x
        + frame[32] * plane10.y
        + frame[33] * plane10.z
        + frame[34] * plane11.x
        + frame[35] * plane11.y
        + frame[36] * plane11.z
        + frame[37] * plane12.x
        + frame[38] * plane12.y
        + frame[39] * plane12.z
        + frame[40] * plane13.x
        + frame[41] * plane13.y
        + frame[42] * plane13.z
        + frame[43] * plane14.x
        + frame[44] * plane14.y
        + frame[45] * plane14.z
        + frame[46] * plane15.x
        + frame[47] * plane15.y
        + frame[48] * plane15.z
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
