#version 300 es
// Places a tile of the image on the canvas.
uniform mat3x2 place;  // from the unit square to clip space
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(place * vec3(corner, 1.0), 0.0, 1.0);
}
