import { Menu } from "lucide-react";
import { useTranslation } from "../i18n/use-translation.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { setDrawer } from "./rail-state.ts";

/** Opens the rail as a drawer on narrow screens. */
export const MenuButton = () => {
  const { t } = useTranslation();
  return (
    <IconButton label={t("shell.openMenu")} className="-ml-1 md:hidden" onClick={() => setDrawer(true)}>
      <Menu size={18} aria-hidden />
    </IconButton>
  );
};
