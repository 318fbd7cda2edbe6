// Writes what is generated from the code: settings.md, settings.schema.json, cli.md and the man page, all in docs/.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFile, settingsReference } from '../src/config/reference.ts';

const docs = join(import.meta.dirname, '../docs');
writeFileSync(join(docs, 'settings.md'), settingsReference());
writeFileSync(join(docs, 'settings.schema.json'), schemaFile());

const reference = (format: string): string => execFileSync(join(import.meta.dirname, '../bin/minimix'), ['reference', format], { encoding: 'utf8' });
writeFileSync(join(docs, 'cli.md'), reference('markdown'));
writeFileSync(join(docs, 'minimix.1'), reference('man'));
