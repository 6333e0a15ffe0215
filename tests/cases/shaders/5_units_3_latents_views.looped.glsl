#version 300 es
// The baseline of the bench: the same decode as published viewers have it, with the weights as
// uniform arrays, walked in loops, and every pixel multiplying the light in.
precision highp float;
precision highp int;
precision highp sampler2DArray;

uniform sampler2DArray layers;      // of the planes, as layers.py has them; row 0 is the top of the image
uniform vec4 texels;                // per fragment, and the first
uniform float conditions[4];
uniform vec3 range_scale[1];
uniform vec3 range_offset[1];
uniform vec4 weights1[16];
uniform vec4 biases1[2];
uniform vec4 weights2[16];
uniform vec4 biases2[2];
uniform vec4 weights3[6];
uniform vec3 biases3;
out vec4 colour;

vec4 texel_of(int layer, ivec2 texel) {
    return texelFetch(layers, ivec3(texel, layer), 0);
}

vec3 plane(int p, ivec2 texel) {
    int first = p / 4 * (4 - 1);
    if (p % 4 < 4 - 1) {
        return texel_of(first + p % 4, texel).rgb;
    }
    return vec3(texel_of(first, texel).a, texel_of(first + 1, texel).a, texel_of(first + 2, texel).a);
}

float elu(float x) {
    return x > 0.0 ? x : exp(x) - 1.0;
}

vec3 decode(ivec2 texel) {
    vec4 inputs[2];
    for (int p = 0; p < 1; p++) {
        vec3 latent = plane(p, texel) * range_scale[p] + range_offset[p];
        for (int c = 0; c < 3; c++) {
            int k = p * 3 + c;
            inputs[k / 4][k % 4] = latent[c];
        }
    }
    for (int c = 0; c < 4; c++) {
        int k = 3 + c;
        inputs[k / 4][k % 4] = conditions[c];
    }
    for (int k = 3 + 4; k < 2 * 4; k++) {
        inputs[k / 4][k % 4] = 0.0;
    }

    vec4 unit1[2];
    for (int i = 0; i < 2 * 4; i++) {
        float sum = biases1[i / 4][i % 4];
        for (int j = 0; j < 2; j++) {
            sum += dot(inputs[j], weights1[i * 2 + j]);
        }
        unit1[i / 4][i % 4] = elu(sum);
    }

    vec4 unit2[2];
    for (int i = 0; i < 2 * 4; i++) {
        float sum = biases2[i / 4][i % 4];
        for (int j = 0; j < 2; j++) {
            sum += dot(unit1[j], weights2[i * 2 + j]);
        }
        unit2[i / 4][i % 4] = elu(sum);
    }

    vec3 rgb;
    for (int i = 0; i < 3; i++) {
        float sum = biases3[i];
        for (int j = 0; j < 2; j++) {
            sum += dot(unit2[j], weights3[i * 2 + j]);
        }
        rgb[i] = sum;
    }
    return rgb;
}

vec3 nearest_level(vec3 rgb) {
    return floor(clamp(rgb, 0.0, 1.0) * 255.0 + 0.5) / 255.0;
}

void main() {
    ivec2 texel = ivec2(gl_FragCoord.xy * texels.xy) + ivec2(texels.zw);
    colour = vec4(decode(texel), 1.0);
}
