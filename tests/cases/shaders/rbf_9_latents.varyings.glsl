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
flat in vec4 flat_frame[10];
flat in vec4 place;                 // texels per fragment, and the first; all lie in the planes: llvmpipe clamps slowly
out vec4 colour;

vec4 latents(int layer, ivec2 texel) {
    return texelFetch(layers, ivec3(texel, layer), 0);
}

vec3 decode(ivec2 texel) {
    let layer0 = latents(0, texel);
    let layer1 = latents(1, texel);
    let layer2 = latents(2, texel);

    let rgb = flat_frame[0]
        + flat_frame[1] * layer0.x
        + flat_frame[2] * layer0.y
        + flat_frame[3] * layer0.z
        + flat_frame[4] * layer1.x
        + flat_frame[5] * layer1.y
        + flat_frame[6] * layer1.z
        + flat_frame[7] * layer2.x
        + flat_frame[8] * layer2.y
        + flat_frame[9] * layer2.z
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
