#version 300 es
// Places the points of a map of the latent space on its canvas.
uniform vec2 center;  // of the map, in the middle of the canvas
uniform vec2 scale;   // from the map to clip space
uniform float size;   // of a point, pixels
layout(location = 0) in vec2 place;
layout(location = 1) in vec4 paint;
flat out vec3 shade;
void main() {
    gl_Position = vec4((place - center) * scale, 0.0, 1.0);
    gl_PointSize = size;
    shade = paint.rgb;
}
