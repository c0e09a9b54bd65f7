import { useState } from "react";
import type { Member } from "../../../../shared/members.ts";
import { ROLES, type Role, roleAtLeast } from "../../../../shared/role.ts";
import type { TeamWithRole } from "../../../../shared/teams.ts";
import type { User } from "../../../../shared/users.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useMembers } from "../../session/use-team.ts";
import { useTeamCalls } from "../../session/use-team-calls.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Message } from "../../ui/message.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

export const MemberList = ({ team, me }: { team: TeamWithRole; me: User }) => {
  const { t } = useTranslation();
  const members = useMembers(team.id);
  const submit = useSubmit();
  const { updateMember, removeMember } = useTeamCalls();
  const [leaving, setLeaving] = useState<Member | null>(null);
  const reload = async (work: Promise<unknown>) => {
    await work;
    members.refetch();
  };
  if (members.status === "loading") return <Skeleton className="h-20" />;
  return (
    <>
      {(members.error ?? submit.error) ? (
        <Message tone="danger">{problemText(t, members.error ?? submit.error)}</Message>
      ) : null}
      <ul className="flex flex-col">
        {members.items.map((member) => (
          <MemberRow
            key={member.userId}
            member={member}
            mine={team.role}
            self={member.userId === me.id}
            onRole={(role) => void submit.run(() => reload(updateMember(team.id, member.userId, role)))}
            onRemove={() => setLeaving(member)}
          />
        ))}
      </ul>
      <Confirm
        open={leaving !== null}
        onClose={() => setLeaving(null)}
        onConfirm={() => {
          if (leaving) void submit.run(() => reload(removeMember(team.id, leaving.userId)));
          setLeaving(null);
        }}
        title={t("members.removeTitle", { name: leaving?.name ?? "" })}
        verb={t("members.remove")}
      >
        {t("members.removeText")}
      </Confirm>
    </>
  );
};

type MemberRowProps = {
  member: Member;
  mine: Role;
  self: boolean;
  onRole: (role: Role) => void;
  onRemove: () => void;
};

const MemberRow = ({ member, mine, self, onRole, onRemove }: MemberRowProps) => {
  const { t } = useTranslation();
  const changes = roleAtLeast(mine, "admin") && roleAtLeast(mine, member.role);
  return (
    <li className="flex items-center gap-3 border-t border-border py-2 first:border-t-0">
      <Avatar userId={member.userId} name={member.name} size="md" decorative />
      <div className="min-w-0 flex-1">
        <div className="truncate font-medium">
          {member.name} {self ? <span className="font-normal text-muted">{t("members.you")}</span> : null}
        </div>
        <div className="truncate text-sm text-muted">{member.email}</div>
      </div>
      {changes ? (
        <select
          aria-label={t("members.roleOf", { name: member.name })}
          value={member.role}
          onChange={(event) => {
            const role = ROLES.find((candidate) => candidate === event.currentTarget.value);
            if (role) onRole(role);
          }}
          className="field w-auto! min-h-8!"
        >
          {ROLES.filter((role) => roleAtLeast(mine, role)).map((role) => (
            <option key={role} value={role}>
              {t(`roles.${role}`)}
            </option>
          ))}
        </select>
      ) : (
        <span className="text-sm text-muted">{t(`roles.${member.role}`)}</span>
      )}
      {changes && !self ? (
        <Button
          look="quietDanger"
          size="sm"
          aria-label={t("members.removeOne", { name: member.name })}
          onClick={onRemove}
        >
          {t("members.remove")}
        </Button>
      ) : null}
    </li>
  );
};
