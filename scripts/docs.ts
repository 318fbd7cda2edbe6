// Writes what is generated from the code: docs/settings.md and docs/settings.schema.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFile, settingsReference } from '../src/config/reference.ts';

const docs = join(import.meta.dirname, '../docs');
writeFileSync(join(docs, 'settings.md'), settingsReference());
writeFileSync(join(docs, 'settings.schema.json'), schemaFile());
