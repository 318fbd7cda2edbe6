// Electron, mocked at its edge: what the tray asks of it is written down, and what it tells can be emitted.
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type OpenHandler = (details: { url: string }) => { action: string };
export interface Template {
  readonly type?: string;
  readonly label?: string;
  readonly checked?: boolean;
  readonly click?: () => void;
  readonly submenu?: Template[];
}

class FakeContents extends EventEmitter {
  openHandler: OpenHandler | undefined;
  readonly scripts: string[] = [];
  url = '';
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
  async executeJavaScript(script: string): Promise<void> {
    this.scripts.push(script);
    const [, hash] = /^location\.hash = (".*")$/.exec(script) ?? [];
    if (hash === undefined) return;
    this.url = `${this.url.split('#')[0]}${String(JSON.parse(hash))}`;
    this.emit('did-navigate-in-page');
  }
  getURL(): string {
    return this.url;
  }
}

export class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = [];
  readonly webContents = new FakeContents();
  readonly loaded: string[] = [];
  readonly calls: string[] = [];
  bounds = { x: 10, y: 20, width: 800, height: 600 };
  maximized = false;
  focused = true;
  readonly options: { webPreferences: Record<string, unknown> } & Record<string, unknown>;
  constructor(options: FakeWindow['options']) {
    super();
    this.options = options;
    FakeWindow.all.push(this);
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    this.webContents.url = url;
  }
  show = (): void => void this.calls.push('show');
  focus = (): void => void this.calls.push('focus');
  restore = (): void => void this.calls.push('restore');
  maximize = (): void => void (this.maximized = true);
  isMinimized = (): boolean => false;
  isMaximized = (): boolean => this.maximized;
  isFocused = (): boolean => this.focused;
  getNormalBounds = () => this.bounds;
  /** As the person closes it. */
  close(): void {
    this.emit('close');
    this.emit('closed');
    fake.app.emit('window-all-closed');
  }
}

export class FakeTray extends EventEmitter {
  image: unknown;
  menu: Template[] = [];
  menus = 0;
  tip = '';
  constructor(image: unknown) {
    super();
    this.image = image;
    fake.tray = this;
  }
  destroy(): void {
    if (fake.tray === this) fake.tray = undefined;
  }
  setImage = (image: unknown): void => void (this.image = image);
  setToolTip = (tip: string): void => void (this.tip = tip);
  setContextMenu(menu: Template[]): void {
    this.menu = menu;
    this.menus += 1;
  }
}

export class FakeNotification extends EventEmitter {
  static isSupported = (): boolean => true;
  closed = false;
  readonly options: { title: string; body: string };
  constructor(options: FakeNotification['options']) {
    super();
    this.options = options;
    fake.notifications.push(this);
  }
  show = (): void => undefined;
  close = (): void => void (this.closed = true);
}

type Answer = (contents: unknown, permission: string, answer: (granted: boolean) => void) => void;

/** What was asked of Electron so far. */
export const fake = {
  app: Object.assign(new EventEmitter(), {
    lock: true,
    quits: 0,
    protocols: new Set<string>(),
    login: { openAtLogin: false, wasOpenedAtLogin: false },
    modelIds: [] as string[],
    setAppUserModelId: (id: string): void => void fake.app.modelIds.push(id),
    requestSingleInstanceLock: (): boolean => fake.app.lock,
    whenReady: async (): Promise<void> => undefined,
    isReady: (): boolean => true,
    getLocale: (): string => 'en-GB',
    quit: (): void => void (fake.app.quits += 1),
    isDefaultProtocolClient: (name: string): boolean => fake.app.protocols.has(name),
    setAsDefaultProtocolClient: (name: string): boolean => fake.app.protocols.add(name).size > 0,
    removeAsDefaultProtocolClient: (name: string): boolean => fake.app.protocols.delete(name),
    getLoginItemSettings: (_asked?: object) => fake.app.login,
    setLoginItemSettings: (settings: { openAtLogin: boolean }): void => void Object.assign(fake.app.login, settings),
  }),
  tray: undefined as FakeTray | undefined,
  notifications: [] as FakeNotification[],
  errors: [] as string[],
  openedOutside: [] as string[],
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
  permission: undefined as Answer | undefined,
  check: undefined as (() => boolean) | undefined,
  device: undefined as (() => boolean) | undefined,
};

export function reset(): void {
  for (const emitter of [fake.app]) emitter.removeAllListeners();
  Object.assign(fake.app, { lock: true, quits: 0, login: { openAtLogin: false, wasOpenedAtLogin: false }, modelIds: [] });
  fake.app.protocols.clear();
  FakeWindow.all.length = 0;
  for (const list of [fake.notifications, fake.errors, fake.openedOutside]) list.length = 0;
  fake.tray = undefined;
}

const session = {
  fromPartition: () => ({
    setPermissionRequestHandler: (handler: Answer) => void (fake.permission = handler),
    setPermissionCheckHandler: (handler: () => boolean) => void (fake.check = handler),
    setDevicePermissionHandler: (handler: () => boolean) => void (fake.device = handler),
  }),
};

/** What `import … from 'electron'` gives. */
export const electron = {
  app: fake.app,
  BrowserWindow: FakeWindow,
  Tray: FakeTray,
  Notification: FakeNotification,
  Menu: { buildFromTemplate: (template: Template[]) => template },
  nativeImage: { createFromPath: (path: string) => path },
  dialog: { showErrorBox: (_title: string, text: string) => void fake.errors.push(text) },
  screen: { getAllDisplays: () => fake.displays },
  session,
  shell: {
    async openPath(path: string) {
      fake.openedOutside.push(path);
      return '';
    },
    openExternal: async (url: string) => void fake.openedOutside.push(url),
  },
};

/** electron-store, as far as it is used: one file in a folder that is named. */
export class FakeStore {
  private readonly path: string;
  constructor({ cwd, name }: { readonly cwd: string; readonly name: string }) {
    this.path = join(cwd, `${name}.json`);
  }
  get store(): unknown {
    return existsSync(this.path) ? JSON.parse(readFileSync(this.path, 'utf8')) : {};
  }
  set store(value: unknown) {
    writeFileSync(this.path, JSON.stringify(value));
  }
}
