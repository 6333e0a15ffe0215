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
uniform vec4 frame[1];
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

    // First hidden layer, four units at a time.
    let sum1_0 = frame[0]
        + vec4f(-1.03320308e-1, 0.0, 0.0, 0.0) * layer0.x
        + vec4f(0.0, 0.0, 0.0, 0.0) * layer0.y
        + vec4f(2.70363723e-38, 0.0, 0.0, 0.0) * layer0.z
        ;
    let unit1_0 = activated(sum1_0);

    // Second hidden layer.
    let sum2_0 = vec4f(-4.49218750e-2, 0.0, 0.0, 0.0)
        + vec4f(-4.49218750e-2, 0.0, 0.0, 0.0) * unit1_0.x
        ;
    let unit2_0 = activated(sum2_0);

    // Output layer, linear: display-referred RGB.
    let rgb = vec4f(-4.49218750e-2, 0.0, 1.17549449e-38, 0.0)
        + vec4f(-4.49218750e-2, 0.0, 1.17549449e-38, 0.0) * unit2_0.x
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
