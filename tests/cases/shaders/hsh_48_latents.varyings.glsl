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
flat in vec4 flat_frame[15];
uniform vec4 frame[49];
flat in vec4 place;                 // texels per fragment, and the first; all lie in the planes: llvmpipe clamps slowly
out vec4 colour;

vec4 latents(int layer, ivec2 texel) {
    return texelFetch(layers, ivec3(texel, layer), 0);
}

vec3 decode(ivec2 texel) {
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
        + flat_frame[10] * layer0.w
        + flat_frame[11] * layer1.w
        + flat_frame[12] * layer2.w
        + flat_frame[13] * layer3.x
        + flat_frame[14] * layer3.y
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

vec3 nearest_level(vec3 rgb) {
    return floor(clamp(rgb, 0.0, 1.0) * 255.0 + 0.5) / 255.0;
}

void main() {
    ivec2 texel = ivec2(gl_FragCoord.xy * place.xy) + ivec2(place.zw);
    colour = vec4(nearest_level(decode(texel)), 1.0);
}
