#version 300 es
// The R, G and B of a plane as the alphas of three layers; layers.js says of which.
precision highp float;
uniform sampler2D levels;
layout(location = 0) out vec4 red;
layout(location = 1) out vec4 green;
layout(location = 2) out vec4 blue;

void main() {
    vec3 level = texelFetch(levels, ivec2(gl_FragCoord.xy), 0).rgb;
    red = level.rrrr;
    green = level.gggg;
    blue = level.bbbb;
}
