import { Notification } from 'electron';
import type { NoticeAnswers } from '../tray/desktop.ts';
import type { Notice } from '../tray/notices.ts';
import { trayLog } from '../tray/plain.ts';

interface Notifications {
  supported(): boolean;
  show(notice: Notice, answers: NoticeAnswers): void;
}

/** The system's notifications by Electron. macOS shows none of a program that is not signed: then none is promised. */
export function openNotifications(platform: NodeJS.Platform): Notifications {
  const open = new Map<string, Notification>();
  let failed = false;
  return {
    supported: () => Notification.isSupported() && !failed,
    show({ title, body, key, answer }, answers) {
      open.get(key)?.close();
      const notification = new Notification({ title, body, ...(platform === 'darwin' && answer && { hasReply: true }) });
      notification.on('click', answers.clicked);
      notification.on('reply', (details) => answers.replied(details.reply));
      notification.on('failed', (_event, error) => {
        failed = true;
        trayLog('error', `The system shows no notification: ${error}`);
      });
      notification.on('close', () => {
        if (open.get(key) === notification) open.delete(key); // the one that took its place stays
      });
      open.set(key, notification); // a notification can be clicked only while it is referenced
      notification.show();
    },
  };
}
