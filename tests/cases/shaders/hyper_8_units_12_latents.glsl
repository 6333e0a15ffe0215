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
uniform vec4 frame[29];
flat in vec4 place;                 // texels per fragment, and the first; all lie in the planes: llvmpipe clamps slowly
out vec4 colour;

vec4 latents(int layer, ivec2 texel) {
    return texelFetch(layers, ivec3(texel, layer), 0);
}

vec4 activated(vec4 x) {
    let held = max(x, vec4f(-2.0));
    let low = min(held, zero);
    return held + 0.25 * low * low;
}

vec3 decode(ivec2 texel) {
    let layer0 = latents(0, texel);
    let layer1 = latents(1, texel);
    let layer2 = latents(2, texel);

    // First hidden layer, four units at a time.
    let sum1_0 = frame[0]
        + frame[2] * layer0.x
        + frame[3] * layer0.y
        + frame[4] * layer0.z
        + frame[5] * layer1.x
        + frame[6] * layer1.y
        + frame[7] * layer1.z
        + frame[8] * layer2.x
        + frame[9] * layer2.y
        + frame[10] * layer2.z
        + frame[11] * layer0.w
        + frame[12] * layer1.w
        + frame[13] * layer2.w
        ;
    let sum1_1 = frame[1]
        + frame[14] * layer0.x
        + frame[15] * layer0.y
        + frame[16] * layer0.z
        + frame[17] * layer1.x
        + frame[18] * layer1.y
        + frame[19] * layer1.z
        + frame[20] * layer2.x
        + frame[21] * layer2.y
        + frame[22] * layer2.z
        + frame[23] * layer0.w
        + frame[24] * layer1.w
        + frame[25] * layer2.w
        ;
    let unit1_0 = activated(sum1_0);
    let unit1_1 = activated(sum1_1);

    // Second hidden layer.
    let sum2_0 = frame[26]
        + vec4f(-4.49218750e-2, -3.10546875e-1, -5.76171875e-1, -8.41796875e-1) * unit1_0.x
        + vec4f(0.0, -8.43750000e-1, -1.10937500e+0, -1.37500000e+0) * unit1_0.y
        + vec4f(1.17549449e-38, -1.37695313e+0, 0.0, -3.33333343e-1) * unit1_0.z
        + vec4f(-3.33333343e-1, -1.91015625e+0, 1.82421875e+0, 1.55859375e+0) * unit1_0.w
        + vec4f(1.82226563e+0, 1.55664063e+0, 1.29101563e+0, 1.02539063e+0) * unit1_1.x
        + vec4f(1.28906250e+0, 1.02343750e+0, 1.17549449e-38, 4.92187500e-1) * unit1_1.y
        + vec4f(7.55859375e-1, 4.90234375e-1, 2.24609375e-1, -4.10156250e-2) * unit1_1.z
        + vec4f(2.22656250e-1, -4.29687500e-2, -3.08593750e-1, -5.74218750e-1) * unit1_1.w
        ;
    let sum2_1 = frame[27]
        + vec4f(-1.10742188e+0, 1.17549449e-38, -1.63867188e+0, -1.90429688e+0) * unit1_0.x
        + vec4f(-1.64062500e+0, -1.90625000e+0, -3.33333343e-1, 1.56250000e+0) * unit1_0.y
        + vec4f(1.82617188e+0, 1.56054688e+0, 1.29492188e+0, 1.02929688e+0) * unit1_0.z
        + vec4f(0.0, 1.02734375e+0, 7.61718750e-1, 1.17549449e-38) * unit1_0.w
        + vec4f(7.59765625e-1, 4.94140625e-1, 0.0, -3.71093750e-2) * unit1_1.x
        + vec4f(2.26562500e-1, -3.90625000e-2, -3.04687500e-1, -5.70312500e-1) * unit1_1.y
        + vec4f(-3.06640625e-1, -5.72265625e-1, -8.37890625e-1, -1.10351563e+0) * unit1_1.z
        + vec4f(-8.39843750e-1, -1.10546875e+0, -1.37109375e+0, -1.63671875e+0) * unit1_1.w
        ;
    let unit2_0 = activated(sum2_0);
    let unit2_1 = activated(sum2_1);

    // Output layer, linear: display-referred RGB.
    let rgb = frame[28]
        + vec4f(-4.49218750e-2, -3.10546875e-1, -5.76171875e-1, 0.0) * unit2_0.x
        + vec4f(0.0, -8.43750000e-1, -1.10937500e+0, 0.0) * unit2_0.y
        + vec4f(1.17549449e-38, -1.37695313e+0, 0.0, 0.0) * unit2_0.z
        + vec4f(-3.33333343e-1, -1.91015625e+0, 1.82421875e+0, 0.0) * unit2_0.w
        + vec4f(1.82226563e+0, 1.55664063e+0, 1.29101563e+0, 0.0) * unit2_1.x
        + vec4f(1.28906250e+0, 1.02343750e+0, 1.17549449e-38, 0.0) * unit2_1.y
        + vec4f(7.55859375e-1, 4.90234375e-1, 2.24609375e-1, 0.0) * unit2_1.z
        + vec4f(2.22656250e-1, -4.29687500e-2, -3.08593750e-1, 0.0) * unit2_1.w
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
