#version 300 es
// A point of a map of the latent space: a round spot.
precision highp float;
flat in vec3 shade;
out vec4 colour;
void main() {
    vec2 away = 2.0 * gl_PointCoord - 1.0;
    if (dot(away, away) > 1.0) discard;
    colour = vec4(shade, 1.0);
}
