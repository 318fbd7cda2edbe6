import { watch } from 'node:fs';
import { changeSetting, effectOf, listSettings } from '../config/settings-list.ts';
import { writtenAt } from '../config/settings-text.ts';
import { editSettings, reloadSettings, settingsPath, unknownSentence } from '../config/config.ts';
import type { LoadedSettings, Settings } from '../config/config.ts';
import { MinimixError, fail, ok, sentenceOf } from '../core/errors.ts';
import type { SettingsApi } from '../frontends/web/contract/settings-contract.ts';
import type { Log } from '../core/log.ts';
import type { Problems } from './diagnostics/problems.ts';
import { inBackground } from '../core/background.ts';

const BAD = 'bad-settings';
const UNKNOWN = 'unknown-settings';
/** Another code than those of the file, which the doctor looks at itself. */
const NOT_IN_FORCE = 'settings-not-in-force';
/** Milliseconds to wait after a change, because an editor writes a file in several steps. */
const BREATH = 100;

/** The settings in effect. The file, the command line and the page can change them. */
interface LiveSettings extends SettingsApi {
  now(): Settings;
  /** Reads the file again. */
  reload(): void;
}

interface SettingsHooks {
  /** Applies these settings to the daemon. Calls never overlap. */
  readonly apply: (settings: Settings) => Promise<void>;
  readonly problems: Problems;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Watches the home's settings.json from now on; `loaded` is in effect until it changes. */
export function openSettings(home: string, loaded: LoadedSettings, { apply, problems, log, signal }: SettingsHooks): LiveSettings {
  let { settings, text } = loaded;
  let applying = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  say(loaded.trouble, loaded.unknown);

  function say(trouble: string | undefined, unknown: LoadedSettings['unknown']): void {
    if (trouble === undefined) problems.clear(BAD);
    else problems.tell(BAD, trouble);
    const sentence = unknownSentence(home, unknown);
    if (sentence === undefined) problems.clear(UNKNOWN);
    else problems.tell(UNKNOWN, sentence);
  }

  function look(): void {
    try {
      let read = reloadSettings(home);
      if (read && keepResources(home, read, log)) read = reloadSettings(home);
      if (!read) return; // an editor is between two steps, or the file does not exist yet
      say(undefined, read.unknown);
      const changed = read.text !== text;
      ({ settings, text } = read);
      if (changed) inBackground(log, 'applying the settings', enforce());
    } catch (error) {
      problems.tell(BAD, `${sentenceOf(error)} The last good settings stay in force.`);
    }
  }

  function enforce(): Promise<void> {
    applying = applying
      .then(() => apply(settings))
      .then(() => {
        problems.clear(NOT_IN_FORCE);
        log('info', 'the settings were changed');
      })
      .catch((error: unknown) => {
        log('debug', 'the settings could not be applied', { error });
        problems.tell(NOT_IN_FORCE, `The changed settings are not all in force: ${sentenceOf(error)}`);
      });
    return applying;
  }

  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(look, BREATH);
  };
  // Watches the directory, because an editor that renames a new file over the old one would end a watch of the file.
  const watcher = watch(home, (_event, name) => {
    if (name === null || name === 'settings.json') soon();
  });
  watcher.on('error', (error) => log('warn', `${settingsPath(home)} is not watched: ${sentenceOf(error)}`));
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    watcher.close();
  });

  return {
    now: () => settings,
    list: () => listSettings(home),
    async set(key, value, account) {
      try {
        changeSetting(home, { key, value, account });
      } catch (error) {
        if (error instanceof MinimixError) return fail(error.code, error.message, error);
        throw error;
      }
      look();
      await applying;
      return ok({ restart: effectOf(key) === 'restart' });
    },
    reload: look,
  };
}

/** Saves the random resource of an account, so that it stays the same after a restart. Returns true if it saved one. */
export function keepResources(home: string, { settings, text }: Pick<LoadedSettings, 'settings' | 'text'>, log: Log): boolean {
  const edits = settings.accounts.flatMap(({ resource }, at) => {
    const path = ['accounts', at, 'resource'];
    return writtenAt(text, path) === undefined ? [{ path, value: resource }] : [];
  });
  if (edits.length === 0) return false;
  try {
    editSettings(home, edits);
    return true;
  } catch (error) {
    log('warn', `the settings could not be completed: ${sentenceOf(error)}`);
    return false;
  }
}
