// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
const zero = vec4f(0.0);
const one = vec4f(1.0);

@group(0) @binding(0) var layers: texture_2d_array<f32>;  // of the planes, as layers.py has them; row 0 is the top of the image
@group(0) @binding(1) var<uniform> frame: array<vec4f, 15>;
@group(0) @binding(2) var<uniform> texel_step: vec2f;  // texels per fragment
var<private> flat_frame: array<vec4f, 15>;

struct Cover {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) frame_0: vec4f,
    @location(1) @interpolate(flat) frame_1: vec4f,
    @location(2) @interpolate(flat) frame_2: vec4f,
    @location(3) @interpolate(flat) frame_3: vec4f,
    @location(4) @interpolate(flat) frame_4: vec4f,
    @location(5) @interpolate(flat) frame_5: vec4f,
    @location(6) @interpolate(flat) frame_6: vec4f,
    @location(7) @interpolate(flat) frame_7: vec4f,
    @location(8) @interpolate(flat) frame_8: vec4f,
    @location(9) @interpolate(flat) frame_9: vec4f,
    @location(10) @interpolate(flat) frame_10: vec4f,
    @location(11) @interpolate(flat) frame_11: vec4f,
    @location(12) @interpolate(flat) frame_12: vec4f,
    @location(13) @interpolate(flat) frame_13: vec4f,
    @location(14) @interpolate(flat) frame_14: vec4f,
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
    let sum1_0 = flat_frame[0]
        + vec4f(-1.03320308e-1, -7.66666651e-1, 1.73847651e+0, -1.94062495e+0) * layer0.x
        + vec4f(0.0, 4.19121075e+0, 5.12109339e-1, -3.16699219e+0) * layer0.y
        + vec4f(2.70363723e-38, 2.96484375e+0, -7.14257777e-1, -4.39335918e+0) * layer0.z
        ;
    let sum1_1 = flat_frame[1]
        + vec4f(3.58027339e+0, 0.0, 0.0, 0.0) * layer0.x
        + vec4f(2.35390615e+0, 0.0, 0.0, 0.0) * layer0.y
        + vec4f(1.12753904e+0, 0.0, 0.0, 0.0) * layer0.z
        ;
    let unit1_0 = activated(sum1_0);
    let unit1_1 = activated(sum1_1);

    // Second hidden layer.
    let sum2_0 = flat_frame[2]
        + flat_frame[4] * unit1_0.x
        + flat_frame[5] * unit1_0.y
        + flat_frame[6] * unit1_0.z
        + flat_frame[7] * unit1_0.w
        + flat_frame[8] * unit1_1.x
        ;
    let sum2_1 = flat_frame[3]
        + flat_frame[9] * unit1_0.x
        + flat_frame[10] * unit1_0.y
        + flat_frame[11] * unit1_0.z
        + flat_frame[12] * unit1_0.w
        + flat_frame[13] * unit1_1.x
        ;
    let unit2_0 = activated(sum2_0);
    let unit2_1 = activated(sum2_1);

    // Output layer, linear: display-referred RGB.
    let rgb = flat_frame[14]
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
    out.frame_0 = frame[0];
    out.frame_1 = frame[1];
    out.frame_2 = frame[2];
    out.frame_3 = frame[3];
    out.frame_4 = frame[4];
    out.frame_5 = frame[5];
    out.frame_6 = frame[6];
    out.frame_7 = frame[7];
    out.frame_8 = frame[8];
    out.frame_9 = frame[9];
    out.frame_10 = frame[10];
    out.frame_11 = frame[11];
    out.frame_12 = frame[12];
    out.frame_13 = frame[13];
    out.frame_14 = frame[14];
    return out;
}

@fragment
fn relight(in: Cover) -> @location(0) vec4f {
    flat_frame[0] = in.frame_0;
    flat_frame[1] = in.frame_1;
    flat_frame[2] = in.frame_2;
    flat_frame[3] = in.frame_3;
    flat_frame[4] = in.frame_4;
    flat_frame[5] = in.frame_5;
    flat_frame[6] = in.frame_6;
    flat_frame[7] = in.frame_7;
    flat_frame[8] = in.frame_8;
    flat_frame[9] = in.frame_9;
    flat_frame[10] = in.frame_10;
    flat_frame[11] = in.frame_11;
    flat_frame[12] = in.frame_12;
    flat_frame[13] = in.frame_13;
    flat_frame[14] = in.frame_14;
    let texel = min(vec2i(in.position.xy * texel_step), vec2i(textureDimensions(layers)) - 1);
    return vec4f(decode(texel), 1.0);
}
