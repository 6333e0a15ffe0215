#version 300 es
// Places a tile of the image on the canvas; what all fragments have in common goes with it.
uniform mat3x2 place;  // from the unit square to clip space
uniform mat3x2 to_pixel;  // from fragments to the tile's
uniform vec2 size;  // of the tile
uniform vec2 decoded;  // decoded pixels, across and down
uniform vec3 ground_colour;
flat out vec4 axes;
flat out vec4 start;
flat out vec4 picture;
flat out vec3 ground;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(place * vec3(corner, 1.0), 0.0, 1.0);
    axes = vec4(to_pixel[0], to_pixel[1]);
    start = vec4(to_pixel[2], size);
    picture = vec4(decoded, decoded / size);
    ground = ground_colour;
}
