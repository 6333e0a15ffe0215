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
    return polynomial_exp(x);
}

vec4 activated(vec4 x) {
    return max(x, zero) + exp_of_negative(min(x, zero)) - one;
}

vec3 decode(ivec2 texel) {
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

vec3 nearest_level(vec3 rgb) {
    return floor(clamp(rgb, 0.0, 1.0) * 255.0 + 0.5) / 255.0;
}

void main() {
    ivec2 texel = ivec2(gl_FragCoord.xy * place.xy) + ivec2(place.zw);
    colour = vec4(nearest_level(decode(texel)), 1.0);
}
