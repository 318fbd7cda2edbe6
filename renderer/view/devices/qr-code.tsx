import { create } from 'qrcode';
import { useMemo } from 'react';

/** A QR code as one path, dark on white in any scheme: that is what cameras read. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`-3 -3 ${size + 6} ${size + 6}`} shapeRendering="crispEdges">
      <rect x="-3" y="-3" width={size + 6} height={size + 6} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function drawn(text: string): { size: number; path: string } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  let path = '';
  modules.data.forEach((dark, index) => {
    if (dark) path += `M${index % modules.size} ${Math.floor(index / modules.size)}h1v1h-1z`;
  });
  return { size: modules.size, path };
}
