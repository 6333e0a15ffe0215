#version 300 es
// How far two pictures are apart.
precision highp float;
uniform sampler2D first;
uniform sampler2D second;
uniform float gain;
out vec4 colour;

// Black where equal, then red, yellow, white: the largest difference of a channel, times the gain.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec3 apart = abs(texelFetch(first, at, 0).rgb - texelFetch(second, at, 0).rgb);
    float heat = 3.0 * gain * max(apart.r, max(apart.g, apart.b));
    colour = vec4(clamp(vec3(heat, heat - 1.0, heat - 2.0), 0.0, 1.0), 1.0);
}
