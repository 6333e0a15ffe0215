#version 300 es
// A mask at full size is on or off, as in renderer/image/relightable.py; smaller levels have means.
precision highp float;
uniform sampler2D levels;
out vec4 colour;
void main() {
    colour = vec4(step(0.5, texelFetch(levels, ivec2(gl_FragCoord.xy), 0).r));
}
