#version 300 es
// A relit tile on the canvas, panned, zoomed and turned.
precision highp float;
uniform sampler2D relit;  // row 0 is the top of the image
uniform sampler2D mask;
uniform bool masked;
uniform bool only_ground;  // the ground where the mask is off, over what is there
uniform bool exact;  // each decoded pixel as it is, not smoothed
uniform bool shrunk;  // so much that one sample would miss pixels
uniform mat3x2 to_pixel;  // from fragments to the tile's
uniform vec2 size;  // of the tile
uniform vec2 decoded;  // decoded pixels, across and down
uniform vec3 ground;
out vec4 colour;

vec4 sampled(vec2 pixel) {
    return texture(relit, clamp(pixel, vec2(0.5), decoded - 0.5) / vec2(textureSize(relit, 0)));
}

void main() {
    vec2 at = to_pixel * vec3(gl_FragCoord.xy, 1.0);
    float on = masked ? texture(mask, at / size).r : 1.0;
    if (only_ground) {
        colour = vec4(ground, 1.0 - on);
        return;
    }
    vec2 pixel = at * decoded / size;
    if (exact) {
        colour = texelFetch(relit, ivec2(clamp(pixel, vec2(0.0), decoded - 1.0)), 0);
    } else if (shrunk) {
        vec2 across = to_pixel[0] * decoded / size / 4.0;
        vec2 down = to_pixel[1] * decoded / size / 4.0;
        colour = (sampled(pixel + across + down) + sampled(pixel + across - down)
            + sampled(pixel - across + down) + sampled(pixel - across - down)) / 4.0;
    } else {
        colour = sampled(pixel);
    }
    colour = vec4(mix(ground, colour.rgb, on), on);
}
