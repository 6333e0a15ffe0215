#version 300 es
// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
precision highp float;
precision highp int;
precision highp sampler2DArray;

#define let vec4
#define vec4f vec4
const vec4 zero = vec4(0.0);
const vec4 one = vec4(1.0);

uniform sampler2DArray layers;      // of the planes, as layers.py has them; row 0 is the top of the image
uniform vec4 frame[2];
flat in vec4 place;                 // texels per fragment, and the first; all lie in the planes: llvmpipe clamps slowly
out vec4 colour;

vec4 latents(int layer, ivec2 texel) {
    return texelFetch(layers, ivec3(texel, layer), 0);
}

vec4 polynomial_exp(vec4 x) {
    let low = max(x, vec4f(-16.0));
    let root = low * (low * (low * 4.80785184e-6 + 4.87766869e-4) + 3.12497746e-2) + 1.0;
    let power2 = root * root;
    let power4 = power2 * power2;
    let power8 = power4 * power4;
    let power16 = power8 * power8;
    return power16 * power16;
}

vec4 exp_of_negative(vec4 x) {
    return exp(x);
}

vec4 activated(vec4 x) {
    return max(x, zero) + exp_of_negative(min(x, zero)) - one;
}

vec3 decode(ivec2 texel) {
    let layer0 = latents(0, texel);
    let layer1 = latents(1, texel);
    let layer2 = latents(2, texel);

    // First hidden layer, four units at a time.
    let sum1_0 = frame[0]
        + vec4f(-1.03320308e-1, -4.39335918e+0, 5.16601563e-1, -3.77343750e+0) * layer0.x
        + vec4f(0.0, 3.58027339e+0, -7.09765613e-1, 4.20019531e+0) * layer0.y
        + vec4f(2.70363723e-38, 2.35390615e+0, -1.93613279e+0, 0.0) * layer0.z
        + vec4f(-7.66666651e-1, 1.12753904e+0, -3.16249990e+0, 1.74746084e+0) * layer1.x
        + vec4f(4.19121075e+0, -9.88281220e-2, -7.66666651e-1, 5.21093726e-1) * layer1.y
        + vec4f(2.96484375e+0, -1.32519531e+0, 3.58476543e+0, -7.05273449e-1) * layer1.z
        + vec4f(1.73847651e+0, -2.55156255e+0, 2.35839844e+0, -1.93164063e+0) * layer2.x
        + vec4f(5.12109339e-1, 0.0, 1.13203120e+0, 2.70363723e-38) * layer2.y
        + vec4f(-7.14257777e-1, 4.19570303e+0, -9.43359360e-2, -4.38437510e+0) * layer2.z
        ;
    let sum1_1 = frame[1]
        + vec4f(1.13652337e+0, -3.15351558e+0, 0.0, 0.0) * layer0.x
        + vec4f(-8.98437500e-2, -4.37988281e+0, 0.0, 0.0) * layer0.y
        + vec4f(-1.31621087e+0, 3.59375000e+0, 0.0, 0.0) * layer0.z
        + vec4f(-2.54257798e+0, 2.36738276e+0, 0.0, 0.0) * layer1.x
        + vec4f(-3.76894522e+0, 2.70363723e-38, 0.0, 0.0) * layer1.y
        + vec4f(-7.66666651e-1, -8.53515640e-2, 0.0, 0.0) * layer1.z
        + vec4f(2.97832036e+0, -1.31171870e+0, 0.0, 0.0) * layer2.x
        + vec4f(1.75195313e+0, -2.53808594e+0, 0.0, 0.0) * layer2.y
        + vec4f(0.0, -3.76445293e+0, 0.0, 0.0) * layer2.z
        ;
    let unit1_0 = activated(sum1_0);
    let unit1_1 = activated(sum1_1);

    // Second hidden layer.
    let sum2_0 = vec4f(-4.49218750e-2, 0.0, 1.17549449e-38, -3.33333343e-1)
        + vec4f(-4.49218750e-2, 7.55859375e-1, 1.55664063e+0, 0.0) * unit1_0.x
        + vec4f(0.0, 2.22656250e-1, 1.02343750e+0, 1.82421875e+0) * unit1_0.y
        + vec4f(1.17549449e-38, -3.10546875e-1, 4.90234375e-1, 1.29101563e+0) * unit1_0.z
        + vec4f(-3.33333343e-1, -8.43750000e-1, -4.29687500e-2, 1.17549449e-38) * unit1_0.w
        + vec4f(1.82226563e+0, -1.37695313e+0, -5.76171875e-1, 2.24609375e-1) * unit1_1.x
        + vec4f(1.28906250e+0, -1.91015625e+0, -1.10937500e+0, -3.08593750e-1) * unit1_1.y
        ;
    let sum2_1 = vec4f(1.82226563e+0, 1.28906250e+0, 0.0, 0.0)
        + vec4f(-8.41796875e-1, -4.10156250e-2, 0.0, 0.0) * unit1_0.x
        + vec4f(-1.37500000e+0, -5.74218750e-1, 0.0, 0.0) * unit1_0.y
        + vec4f(-3.33333343e-1, -1.10742188e+0, 0.0, 0.0) * unit1_0.z
        + vec4f(1.55859375e+0, -1.64062500e+0, 0.0, 0.0) * unit1_0.w
        + vec4f(1.02539063e+0, 1.82617188e+0, 0.0, 0.0) * unit1_1.x
        + vec4f(4.92187500e-1, 0.0, 0.0, 0.0) * unit1_1.y
        ;
    let unit2_0 = activated(sum2_0);
    let unit2_1 = activated(sum2_1);

    // Output layer, linear: display-referred RGB.
    let rgb = vec4f(-4.49218750e-2, 0.0, 1.17549449e-38, 0.0)
        + vec4f(-4.49218750e-2, 7.55859375e-1, 1.55664063e+0, 0.0) * unit2_0.x
        + vec4f(0.0, 2.22656250e-1, 1.02343750e+0, 0.0) * unit2_0.y
        + vec4f(1.17549449e-38, -3.10546875e-1, 4.90234375e-1, 0.0) * unit2_0.z
        + vec4f(-3.33333343e-1, -8.43750000e-1, -4.29687500e-2, 0.0) * unit2_0.w
        + vec4f(1.82226563e+0, -1.37695313e+0, -5.76171875e-1, 0.0) * unit2_1.x
        + vec4f(1.28906250e+0, -1.91015625e+0, -1.10937500e+0, 0.0) * unit2_1.y
        ;
    return rgb.xyz;
}

vec3 nearest_level(vec3 rgb) {
    return floor(clamp(rgb, 0.0, 1.0) * 255.0 + 0.5) / 255.0;
}

void main() {
    ivec2 texel = ivec2(gl_FragCoord.xy * place.xy) + ivec2(place.zw);
    colour = vec4(nearest_level(decode(texel)), 1.0);
}
