// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
const zero = vec4f(0.0);
const one = vec4f(1.0);

@group(0) @binding(0) var layers: texture_2d_array<f32>;  // of the planes, as layers.py has them; row 0 is the top of the image
@group(0) @binding(1) var<uniform> frame: array<vec4f, 2>;
@group(0) @binding(2) var<uniform> texel_step: vec2f;  // texels per fragment

struct Cover {
    @builtin(position) position: vec4f,
}

fn latents(layer: i32, texel: vec2i) -> vec4f {
    return textureLoad(layers, texel, layer, 0);
}

fn polynomial_exp(x: vec4f) -> vec4f {
    let low = max(x, vec4f(-16.0));
    let root = low * (low * (low * 4.80785184e-6 + 4.87766869e-4) + 3.12497746e-2) + 1.0;
    let power2 = root * root;
    let power4 = power2 * power2;
    let power8 = power4 * power4;
    let power16 = power8 * power8;
    return power16 * power16;
}

fn exp_of_negative(x: vec4f) -> vec4f {
    return exp(x);
}

fn activated(x: vec4f) -> vec4f {
    return max(x, zero) + exp_of_negative(min(x, zero)) - one;
}

fn decode(texel: vec2i) -> vec3f {
    let layer0 = latents(0, texel);

    // First hidden layer, four units at a time.
    let sum1_0 = frame[0]
        + vec4f(-1.03320308e-1, 5.12109339e-1, 1.12753904e+0, 2.70363723e-38) * layer0.x
        + vec4f(0.0, -7.14257777e-1, -9.88281220e-2, 5.16601563e-1) * layer0.y
        + vec4f(2.70363723e-38, -1.94062495e+0, -1.32519531e+0, -7.09765613e-1) * layer0.z
        ;
    let sum1_1 = frame[1]
        + vec4f(2.35839844e+0, 0.0, 0.0, 0.0) * layer0.x
        + vec4f(1.13203120e+0, 0.0, 0.0, 0.0) * layer0.y
        + vec4f(-9.43359360e-2, 0.0, 0.0, 0.0) * layer0.z
        ;
    let unit1_0 = activated(sum1_0);
    let unit1_1 = activated(sum1_1);

    // Second hidden layer.
    let sum2_0 = vec4f(-4.49218750e-2, 0.0, 1.17549449e-38, -3.33333343e-1)
        + vec4f(-4.49218750e-2, 1.28906250e+0, -1.37695313e+0, -4.29687500e-2) * unit1_0.x
        + vec4f(0.0, 7.55859375e-1, -1.91015625e+0, -5.76171875e-1) * unit1_0.y
        + vec4f(1.17549449e-38, 2.22656250e-1, 1.55664063e+0, -1.10937500e+0) * unit1_0.z
        + vec4f(-3.33333343e-1, -3.10546875e-1, 1.02343750e+0, 0.0) * unit1_0.w
        + vec4f(1.82226563e+0, -8.43750000e-1, 4.90234375e-1, 1.82421875e+0) * unit1_1.x
        ;
    let sum2_1 = vec4f(1.82226563e+0, 0.0, 0.0, 0.0)
        + vec4f(1.29101563e+0, 0.0, 0.0, 0.0) * unit1_0.x
        + vec4f(1.17549449e-38, 0.0, 0.0, 0.0) * unit1_0.y
        + vec4f(2.24609375e-1, 0.0, 0.0, 0.0) * unit1_0.z
        + vec4f(-3.08593750e-1, 0.0, 0.0, 0.0) * unit1_0.w
        + vec4f(-8.41796875e-1, 0.0, 0.0, 0.0) * unit1_1.x
        ;
    let unit2_0 = activated(sum2_0);
    let unit2_1 = activated(sum2_1);

    // Output layer, linear: display-referred RGB.
    let rgb = vec4f(-4.49218750e-2, 0.0, 1.17549449e-38, 0.0)
        + vec4f(-4.49218750e-2, 1.28906250e+0, -1.37695313e+0, 0.0) * unit2_0.x
        + vec4f(0.0, 7.55859375e-1, -1.91015625e+0, 0.0) * unit2_0.y
        + vec4f(1.17549449e-38, 2.22656250e-1, 1.55664063e+0, 0.0) * unit2_0.z
        + vec4f(-3.33333343e-1, -3.10546875e-1, 1.02343750e+0, 0.0) * unit2_0.w
        + vec4f(1.82226563e+0, -8.43750000e-1, 4.90234375e-1, 0.0) * unit2_1.x
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
