#version 300 es
// Unsharp masking of a picture's luminance: once along rows, then along columns and into the picture.
precision highp float;
uniform sampler2D picture;  // alpha is how much of a pixel is of the object
uniform sampler2D rows;  // what the first pass made: two sums, of two bytes each
uniform bool first;
uniform float deviation;  // of the Gaussian, in pixels
uniform int reach;
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

float value(vec2 bytes) {
    return dot(floor(bytes * 255.0 + 0.5), vec2(256.0, 1.0)) / 65535.0;
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    ivec2 last = textureSize(picture, 0) - 1;
    vec2 sums = vec2(0.0);  // of luminance, and of the object that it is of
    float all = 0.0;
    for (int i = -reach; i <= reach; i++) {
        float share = exp(-0.5 * float(i * i) / (deviation * deviation));
        all += share;
        ivec2 there = at + (first ? ivec2(i, 0) : ivec2(0, i));
        if (there != clamp(there, ivec2(0), last)) continue;
        if (first) {
            vec4 pixel = texelFetch(picture, there, 0);
            sums += share * pixel.a * vec2(luminance(pixel), 1.0);
        } else {
            vec4 pixel = texelFetch(rows, there, 0);
            sums += share * vec2(value(pixel.rg), value(pixel.ba));
        }
    }
    if (first) {
        colour = vec4(bytes(sums.x / all), bytes(sums.y / all));
        return;
    }
    vec4 pixel = texelFetch(picture, at, 0);
    float smoothed = sums.y > 0.0 ? sums.x / sums.y : luminance(pixel);
    colour = vec4(pixel.rgb + pixel.a * amount * (luminance(pixel) - smoothed), 1.0);
}
