#version 300 es
// Relights the planes of one image or tile: a fragment is one texel, or one of every few.
precision highp float;
precision highp int;
precision highp sampler2DArray;

#define let vec4
#define vec4f vec4
const vec4 zero = vec4(0.0);
const vec4 one = vec4(1.0);

uniform sampler2DArray planes;      // one layer per plane, row 0 is the top of the image
uniform vec4 frame[10];
uniform vec2 texel_step;            // texels per fragment
uniform ivec2 first_texel;          // all that are drawn lie in the planes: llvmpipe clamps slowly
out vec4 colour;

vec4 latents(int plane, ivec2 texel) {
    return texelFetch(planes, ivec3(texel, plane), 0);
}

vec3 decode(ivec2 texel) {
    let plane0 = latents(0, texel);
    let plane1 = latents(1, texel);
    let plane2 = latents(2, texel);

    let luminance = frame[0]
        + frame[4] * plane1.x
        + frame[5] * plane1.y
        + frame[6] * plane1.z
        + frame[7] * plane2.x
        + frame[8] * plane2.y
        + frame[9] * plane2.z
        ;
    let rgb = luminance * (frame[1] + frame[2] * plane0);
    return rgb.xyz;
}

vec3 nearest_level(vec3 rgb) {
    return floor(clamp(rgb, 0.0, 1.0) * 255.0 + 0.5) / 255.0;
}

void main() {
    ivec2 texel = ivec2(gl_FragCoord.xy * texel_step) + first_texel;
    colour = vec4(nearest_level(decode(texel)), 1.0);
}
