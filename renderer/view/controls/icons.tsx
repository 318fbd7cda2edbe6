import type { ReactNode } from 'react';

function Icon({ children, size = 18 }: { children: ReactNode; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const SearchIcon = () => (
  <Icon>
    <circle cx="8.75" cy="8.75" r="5.25" />
    <path d="m12.75 12.75 4 4" />
  </Icon>
);
export const PlusIcon = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M12 4.5 6.5 10l5.5 5.5" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);
export const LeaveIcon = () => (
  <Icon>
    <path d="M8 3.75H5.25a1.5 1.5 0 0 0-1.5 1.5v9.5a1.5 1.5 0 0 0 1.5 1.5H8M12.5 13.5 16 10l-3.5-3.5M16 10H8" />
  </Icon>
);
export const PeopleIcon = () => (
  <Icon>
    <circle cx="7.5" cy="7" r="2.75" />
    <path d="M2.5 16c.3-2.9 2.3-4.5 5-4.5s4.700 1.600 5 4.500M13 4.500a2.600 2.600 0 0 1 0 5M14.500 11.800c1.700.5 2.800 1.900 3 4.200" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="M10 4v11.500M5 11l5 5 5-5" />
  </Icon>
);
export const UpIcon = () => (
  <Icon size={16}>
    <path d="M10 16V4.500M5 9l5-5 5 5" />
  </Icon>
);
export const SendIcon = () => (
  <Icon>
    <path d="M10 16V4.500M5 9.500l5-5 5 5" />
  </Icon>
);
export const HomeIcon = () => (
  <Icon>
    <path d="M3.500 9.200 10 3.750l6.500 5.450v6.300a.75.75 0 0 1-.75.75h-3.500v-4.500h-4.500v4.500h-3.500a.75.75 0 0 1-.75-.75Z" />
  </Icon>
);
export const AboutIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.750" />
    <path d="M10 9.250v4.250M10 6.500v.1" />
  </Icon>
);
export const DeviceIcon = () => (
  <Icon>
    <rect x="6" y="2.750" width="8" height="14.500" rx="1.750" />
    <path d="M9.250 14.750h1.500" />
  </Icon>
);
export const BookmarkIcon = () => (
  <Icon>
    <path d="M5.750 3.250h8.500v13.500L10 13.250l-4.250 3.500Z" />
  </Icon>
);
export const FileIcon = () => (
  <Icon>
    <path d="M5.750 2.750h5.500l3.500 3.500v11h-9ZM11.250 2.750v3.500h3.500" />
  </Icon>
);
export const PictureIcon = () => (
  <Icon>
    <rect x="3" y="4" width="14" height="12" rx="1.750" />
    <circle cx="7.500" cy="8.250" r="1.250" />
    <path d="m3.500 14.250 4-3.500 3 2.500 2.500-2 3.500 3" />
  </Icon>
);
export const AttachIcon = () => (
  <Icon>
    <path d="m15.500 9.250-5.750 5.750a3.200 3.200 0 0 1-4.500-4.500l6.250-6.250a2.150 2.150 0 0 1 3 3l-6.250 6.250a1.050 1.050 0 0 1-1.500-1.500l5.500-5.500" />
  </Icon>
);
export const CalendarIcon = () => (
  <Icon>
    <rect x="3.500" y="4.500" width="13" height="12" rx="1.750" />
    <path d="M3.500 8.500h13M7 2.750v3M13 2.750v3" />
  </Icon>
);
export const BellIcon = () => (
  <Icon>
    <path d="M5.500 13.500V9a4.500 4.500 0 0 1 9 0v4.500l1.250 1.250H4.250ZM8.500 17h3" />
  </Icon>
);
export const BellOffIcon = () => (
  <Icon>
    <path d="M5.500 13.500V9c0-.9.25-1.700.700-2.400M8 5a4.500 4.500 0 0 1 6.500 4v3.500M12 14.750H4.250l1.250-1.250M8.500 17h3M3.500 3l13 14" />
  </Icon>
);
export const ReactIcon = () => (
  <Icon size={16}>
    <circle cx="9" cy="11" r="6.250" />
    <path d="M6.500 12.750a2.900 2.900 0 0 0 5 0M7 9.250v.1M11 9.250v.1M16.250 2v5M13.750 4.500h5" />
  </Icon>
);
export const ReplyIcon = () => (
  <Icon size={16}>
    <path d="M8 5 3.500 9.500 8 14M3.500 9.500h7.500a5.500 5.500 0 0 1 5.500 5.500v.500" />
  </Icon>
);
export const EditIcon = () => (
  <Icon size={16}>
    <path d="m12.250 4.250 3.500 3.500M4 16l.750-3.750L13.500 3.500a1.750 1.750 0 0 1 2.500 0l.500.500a1.750 1.750 0 0 1 0 2.500L7.750 15.250Z" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon size={16}>
    <path d="M4.500 10h.1M10 10h.1M15.500 10h.1" strokeWidth="2.4" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon size={16}>
    <rect x="7" y="7" width="9.500" height="9.500" rx="1.750" />
    <path d="M4.500 13a1 1 0 0 1-1-1V5.250a1.750 1.750 0 0 1 1.750-1.750H12a1 1 0 0 1 1 1" />
  </Icon>
);
export const LinkIcon = () => (
  <Icon size={16}>
    <path d="M8.500 11.500a3.250 3.250 0 0 0 4.600 0l2.650-2.650a3.250 3.250 0 0 0-4.600-4.600L10 5.400M11.500 8.500a3.250 3.250 0 0 0-4.600 0L4.250 11.150a3.250 3.250 0 0 0 4.600 4.600L10 14.600" />
  </Icon>
);
export const DeleteIcon = () => (
  <Icon size={16}>
    <path d="M4 5.750h12M8 5.500V3.750h4V5.500M5.500 5.750l.750 10.500h7.500l.750-10.500M8.500 8.750v4.500M11.500 8.750v4.500" />
  </Icon>
);
export const SpoilerIcon = () => (
  <Icon>
    <path d="M3 10s2.500-4.750 7-4.750S17 10 17 10s-2.500 4.750-7 4.750S3 10 3 10ZM4 16.500 16 3.500" />
    <circle cx="10" cy="10" r="2" />
  </Icon>
);
export const SmileIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="M6.750 12a3.750 3.750 0 0 0 6.500 0M7.500 7.750v.1M12.500 7.750v.1" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M3.500 6h7.250M14.750 6h1.750M3.500 14h1.750M9.250 14h7.250" />
    <circle cx="12.750" cy="6" r="2" />
    <circle cx="7.250" cy="14" r="2" />
  </Icon>
);
