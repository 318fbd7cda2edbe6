import type { Database } from './database.ts';

/** A room of an account, as the tables know it. */
export interface Chat {
  readonly id: number;
  readonly account: string;
  readonly room: string;
}

/** Texts that repeat, as numbers. Caches both ways; `forget` after a rollback or another program's write. */
export interface Dictionary {
  account(jid: string): number;
  findAccount(jid: string): number | undefined;
  chat(account: string, room: string): Chat;
  findChat(account: string, room: string): Chat | undefined;
  chatById(id: number): Chat;
  chatsOf(account: string): Chat[];
  accounts(): string[];
  term(text: string): number;
  /** `null` where there is no text, as a column has it. */
  termOf(text: string | undefined): number | null;
  text(id: number): string;
  forget(): void;
}

const MAX_TERMS = 20_000;

export function dictionary(db: Database): Dictionary {
  const accounts = new Map<string, number>();
  const chats = new Map<string, Map<string, Chat>>(); // by account, then room
  const chatIds = new Map<number, Chat>();
  const terms = new Map<string, number>();
  const texts = new Map<number, string>();

  function learnTerm(text: string, id: number): number {
    if (terms.size >= MAX_TERMS) terms.clear();
    if (texts.size >= MAX_TERMS) texts.clear();
    terms.set(text, id);
    texts.set(id, text);
    return id;
  }

  function findAccount(jid: string): number | undefined {
    const known = accounts.get(jid);
    if (known !== undefined) return known;
    const row = db.sql('SELECT id FROM account WHERE jid = ?').get(jid);
    if (!row) return undefined;
    accounts.set(jid, Number(row['id']));
    return Number(row['id']);
  }

  function learnChat(chat: Chat): Chat {
    const own = chats.get(chat.account) ?? new Map<string, Chat>();
    chats.set(chat.account, own.set(chat.room, chat));
    chatIds.set(chat.id, chat);
    return chat;
  }

  function findChat(account: string, room: string): Chat | undefined {
    const known = chats.get(account)?.get(room);
    if (known) return known;
    const owner = findAccount(account);
    if (owner === undefined) return undefined;
    const row = db.sql('SELECT id FROM chat WHERE account = ? AND room = ?').get(owner, room);
    return row && learnChat({ id: Number(row['id']), account, room });
  }

  function accountOf(jid: string): number {
    const known = findAccount(jid);
    if (known !== undefined) return known;
    const id = db.sql('INSERT INTO account (jid) VALUES (?)').run(jid).id;
    accounts.set(jid, id);
    return id;
  }

  function term(text: string): number {
    const known = terms.get(text);
    if (known !== undefined) return known;
    const added = db.sql('INSERT INTO term (text) VALUES (?) ON CONFLICT DO NOTHING').run(text); // new, as a rule
    if (added.changes > 0) return learnTerm(text, added.id);
    return learnTerm(text, Number(db.sql('SELECT id FROM term WHERE text = ?').get(text)?.['id']));
  }

  return {
    account: accountOf,
    findAccount,
    chat(account, room) {
      const known = findChat(account, room);
      if (known) return known;
      const { id } = db.sql('INSERT INTO chat (account, room) VALUES (?, ?)').run(accountOf(account), room);
      return learnChat({ id, account, room });
    },
    findChat,
    chatById(id) {
      const known = chatIds.get(id);
      if (known) return known;
      const row = db
        .sql('SELECT account.jid, chat.room FROM chat JOIN account ON account.id = chat.account WHERE chat.id = ?')
        .get(id);
      if (!row) throw new Error(`archive: no chat ${id}`);
      return learnChat({ id, account: String(row['jid']), room: String(row['room']) });
    },
    chatsOf(account) {
      const owner = findAccount(account);
      if (owner === undefined) return [];
      return db
        .sql('SELECT id, room FROM chat WHERE account = ?')
        .all(owner)
        .map((row) => ({ id: Number(row['id']), account, room: String(row['room']) }));
    },
    accounts: () => db.sql('SELECT jid FROM account ORDER BY jid').all().map((row) => String(row['jid'])),
    term,
    termOf: (text) => (text === undefined ? null : term(text)),
    text(id) {
      const known = texts.get(id);
      if (known !== undefined) return known;
      const text = String(db.sql('SELECT text FROM term WHERE id = ?').get(id)?.['text'] ?? '');
      learnTerm(text, id);
      return text;
    },
    forget() {
      accounts.clear();
      chats.clear();
      chatIds.clear();
      terms.clear();
      texts.clear();
    },
  };
}
