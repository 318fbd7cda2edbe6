// Runs @xmpp/client alone in a process, to see whether the process lives: plain-process.ts PORT DOMAIN
import { plainClient } from './plain.ts';

const [port = '', domain = ''] = process.argv.slice(2);
plainClient(Number(port), domain).start().catch(() => undefined);
setInterval(() => undefined, 1000);
