// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
const zero = vec4f(0.0);
const one = vec4f(1.0);

@group(0) @binding(0) var layers: texture_2d_array<f32>;  // of the planes, as layers.py has them; row 0 is the top of the image
@group(0) @binding(1) var<uniform> frame: array<vec4f, 49>;
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
    let layer3 = latents(3, texel);
    let layer4 = latents(4, texel);
    let layer5 = latents(5, texel);
    let layer6 = latents(6, texel);
    let layer7 = latents(7, texel);
    let layer8 = latents(8, texel);
    let layer9 = latents(9, texel);
    let layer10 = latents(10, texel);
    let layer11 = latents(11, texel);

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
        + frame[13] * layer3.x
        + frame[14] * layer3.y
        + frame[15] * layer3.z
        + frame[16] * layer4.x
        + frame[17] * layer4.y
        + frame[18] * layer4.z
        + frame[19] * layer5.x
        + frame[20] * layer5.y
        + frame[21] * layer5.z
        + frame[22] * layer3.w
        + frame[23] * layer4.w
        + frame[24] * layer5.w
        + frame[25] * layer6.x
        + frame[26] * layer6.y
        + frame[27] * layer6.z
        + frame[28] * layer7.x
        + frame[29] * layer7.y
        + frame[30] * layer7.z
        + frame[31] * layer8.x
        + frame[32] * layer8.y
        + frame[33] * layer8.z
        + frame[34] * layer6.w
        + frame[35] * layer7.w
        + frame[36] * layer8.w
        + frame[37] * layer9.x
        + frame[38] * layer9.y
        + frame[39] * layer9.z
        + frame[40] * layer10.x
        + frame[41] * layer10.y
        + frame[42] * layer10.z
        + frame[43] * layer11.x
        + frame[44] * layer11.y
        + frame[45] * layer11.z
        + frame[46] * layer9.w
        + frame[47] * layer10.w
        + frame[48] * layer11.w
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
