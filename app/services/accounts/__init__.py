"""Accounts: invitations, passwords, sign-in links, sessions, attempts. Answers about unknown addresses never differ from the others."""

from app.services.accounts.account import give_role, set_disabled, set_profile, set_roles
from app.services.accounts.addresses import checked_address, normal_address
from app.services.accounts.attempts import (
    ATTEMPTS_PER_NETWORK,
    LINKS_PER_ADDRESS,
    forget_attempts,
    link_keys,
    reserve_attempt,
    sign_in_keys,
)
from app.services.accounts.invitations import INVITATION_DAYS, accept_invitation, invite, open_invitation, revoke_invitation
from app.services.accounts.links import LINK_MINUTES, open_link, request_link, reset_password, use_link
from app.services.accounts.lookups import LOOKUPS_PER_ACCOUNT, find_by_address, look_up
from app.services.accounts.passwords import change_password, check_password, hash_password
from app.services.accounts.sessions import end_session, find_session, live_sessions, open_session, touch_session
from app.services.accounts.tokens import Signer, token_hash

__all__ = [
    "ATTEMPTS_PER_NETWORK",
    "INVITATION_DAYS",
    "LINKS_PER_ADDRESS",
    "LINK_MINUTES",
    "LOOKUPS_PER_ACCOUNT",
    "Signer",
    "accept_invitation",
    "change_password",
    "check_password",
    "checked_address",
    "end_session",
    "find_by_address",
    "find_session",
    "forget_attempts",
    "give_role",
    "hash_password",
    "invite",
    "link_keys",
    "live_sessions",
    "look_up",
    "normal_address",
    "open_invitation",
    "open_link",
    "open_session",
    "request_link",
    "reserve_attempt",
    "reset_password",
    "revoke_invitation",
    "set_disabled",
    "set_profile",
    "set_roles",
    "sign_in_keys",
    "token_hash",
    "touch_session",
    "use_link",
]
