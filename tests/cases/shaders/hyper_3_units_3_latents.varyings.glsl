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
flat in vec4 flat_frame[12];
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
    let sum1_0 = flat_frame[0]
        + flat_frame[1] * layer0.x
        + flat_frame[2] * layer0.y
        + flat_frame[3] * layer0.z
        ;
    let unit1_0 = activated(sum1_0);

    // Second hidden layer.
    let sum2_0 = flat_frame[4]
        + flat_frame[5] * unit1_0.x
        + flat_frame[6] * unit1_0.y
        + flat_frame[7] * unit1_0.z
        ;
    let unit2_0 = activated(sum2_0);

    // Output layer, linear: display-referred RGB.
    let rgb = flat_frame[8]
        + flat_frame[9] * unit2_0.x
        + flat_frame[10] * unit2_0.y
        + flat_frame[11] * unit2_0.z
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
