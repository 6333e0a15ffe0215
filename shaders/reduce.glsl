#version 300 es
// A smaller level of the layers, or of the mask, as renderer/image/pyramid.py makes it.
precision highp float;
precision highp int;
precision highp sampler2DArray;
uniform sampler2DArray layers;
uniform sampler2D mask;
uniform bool masked;
uniform int layer;  // -1 for the mask itself
uniform ivec2 origin;  // of the smaller tile in its level
uniform ivec2 source;  // of the larger tile in its level
uniform ivec2 last;  // pixel of the larger level
out vec4 colour;

// The mean of four pixels; those off the object do not count, unless all are.
void main() {
    ivec2 first = 2 * (origin + ivec2(gl_FragCoord.xy));
    vec4 sum = vec4(0.0);
    vec4 weighted = vec4(0.0);
    float weight = 0.0;
    for (int i = 0; i < 4; i++) {
        ivec2 at = min(first + ivec2(i & 1, i >> 1), last) - source;
        float on = masked ? texelFetch(mask, at, 0).r : 1.0;
        vec4 level = layer < 0 ? vec4(on) : texelFetch(layers, ivec3(at, layer), 0);
        sum += level;
        weighted += on * level;
        weight += on;
    }
    vec4 mean = layer < 0 || weight == 0.0 ? sum / 4.0 : weighted / weight;
    colour = floor(mean * 255.0 + 0.5 + 1e-4) / 255.0;
}
