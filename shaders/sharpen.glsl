#version 300 es
// Unsharp masking of a picture's luminance: once along rows, then along columns and into the picture.
precision highp float;
uniform sampler2D picture;  // alpha is how much of a pixel is of the object
uniform sampler2D rows;  // what the first pass made: two sums, of two bytes each
uniform bool first;
uniform float shares[193];  // the Gaussian, from its middle on
uniform int reach;  // pixels
uniform float amount;
out vec4 colour;

float luminance(vec4 pixel) {
    return dot(pixel.rgb, vec3(0.2126, 0.7152, 0.0722));
}

vec2 bytes(float value) {
    float whole = floor(value * 65535.0 + 0.5);
    float high = floor(whole / 256.0);
    return vec2(high, whole - 256.0 * high) / 255.0;
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    ivec2 size = textureSize(picture, 0);
    vec2 sums = vec2(0.0);  // of luminance, and of the object that it is of
    if (first) {
        int end = min(reach, size.x - 1 - at.x);
        for (int i = max(-reach, -at.x); i <= end; i++) {
            vec4 pixel = texelFetch(picture, ivec2(at.x + i, at.y), 0);
            sums += shares[abs(i)] * pixel.a * vec2(luminance(pixel), 1.0);
        }
        colour = vec4(bytes(sums.x), bytes(sums.y));
        return;
    }
    int end = min(reach, size.y - 1 - at.y);
    for (int i = max(-reach, -at.y); i <= end; i++) {
        vec4 pixel = floor(texelFetch(rows, ivec2(at.x, at.y + i), 0) * 255.0 + 0.5);
        sums += shares[abs(i)] * (256.0 * pixel.rb + pixel.ga);
    }
    vec4 pixel = texelFetch(picture, at, 0);
    float smoothed = sums.y > 0.0 ? sums.x / sums.y : luminance(pixel);
    colour = vec4(pixel.rgb + pixel.a * amount * (luminance(pixel) - smoothed), 1.0);
}
