/** A desktop file that starts the tray (Desktop Entry Specification 1.5); with `links`, one that opens `xmpp:` links. */
export function desktopEntry({ command, links = false }: { readonly command: readonly string[]; readonly links?: boolean }): string {
  return `[Desktop Entry]
Type=Application
Name=Minimix
Comment=One membership in every XMPP room
Comment[de]=Eine Mitgliedschaft in jedem XMPP-Raum
Exec=${[...command.map(quoted), ...(links ? ['%u'] : [])].join(' ')}
Icon=minimix
Terminal=false
Categories=Network;InstantMessaging;
Keywords=XMPP;Jabber;chat;MUC;
StartupNotify=false
${links ? 'MimeType=x-scheme-handler/xmpp;\n' : ''}`;
}

/** The Exec key: quoted, then escaped as any string of the file. */
function quoted(argument: string): string {
  if (/^[\w./-]+$/.test(argument)) return argument;
  const inner = argument.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
  return `"${inner}"`.replaceAll('\\', '\\\\');
}
