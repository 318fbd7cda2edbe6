// The page's token: in this origin's own storage, which is by port as cookies are not, and good until the daemon ends.
const KEY = 'minimix-session';
let kept: string | undefined; // where the person has switched storage off

/** Hands in the one-time ticket of the page's address, if it has one, and takes it out of the address bar. */
export async function logIn(): Promise<void> {
  const ticket = new URLSearchParams(location.search).get('t');
  if (ticket === null) return;
  history.replaceState(null, '', `/${location.hash}`);
  try {
    const response = await fetch('/login', { method: 'POST', headers: { authorization: `Ticket ${ticket}` } });
    const answer: unknown = response.ok ? await response.json() : undefined;
    if (typeof answer === 'object' && answer !== null && 'token' in answer && typeof answer.token === 'string') keep(answer.token);
  } catch {
    // the daemon is away: the first call tells
  }
}

/** What is said with each request; another tab may have logged in anew meanwhile. */
export function credentials(): { authorization?: string } {
  const token = stored() ?? kept;
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function keep(token: string): void {
  kept = token;
  try {
    localStorage.setItem(KEY, token);
  } catch {
    // storage is full or switched off: the token then lasts as long as this page
  }
}

function stored(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined; // switched off by the person
  }
}
