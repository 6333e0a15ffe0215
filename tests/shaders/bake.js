// Prints the shader of the info.json that is named.

import { readFileSync } from 'node:fs';

import { parseInfo } from '../../renderer/image/info.js';
import { bakedShader } from '../../shaders/specialise.js';
import { loadTexts } from '../../shaders/texts.js';

await loadTexts(undefined, file => readFileSync(new URL(`../../shaders/${file}`, import.meta.url), 'utf8'));
process.stdout.write(bakedShader(parseInfo(readFileSync(process.argv[2], 'utf8')).decoder).fragment);
