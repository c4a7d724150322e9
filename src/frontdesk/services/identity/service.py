"""What identity declares: its routes, what it reacts to, what it keeps and what it publishes."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Reaction, Service
from frontdesk.services.identity import choosing, managing_accounts, managing_clients, views
from frontdesk.services.identity.accounts import ACCOUNTS, AddressTaken, TooManyGrants
from frontdesk.services.identity.acts import ACTS, WITHDRAWALS
from frontdesk.services.identity.commands import (
    AddSecret,
    ListActs,
    ListThem,
    OpenAccount,
    RegisterClient,
    Revoke,
    RotateKeys,
    SendLink,
    SetRole,
    SignOut,
)
from frontdesk.services.identity.events import AdmissionWithdrawn, NoticeWanted
from frontdesk.services.identity.guesses import GUESSES
from frontdesk.services.identity.logins import LOGINS
from frontdesk.services.identity.notices import NOTICES
from frontdesk.services.identity.ports import Messenger, Passwords, Seals, SigningKeys, Site, Withdrawals
from frontdesk.services.identity.registrations import REGISTRATIONS
from frontdesk.services.identity.roles import ROLES
from frontdesk.services.identity.scopes import OPERATE
from frontdesk.services.identity.withdrawing import withdraw_admission

USERS = (
    Route(
        "POST",
        "/users",
        managing_accounts.open_account,
        views.user_view,
        views.UserView,
        "Open an account",
        scopes=("users:write", OPERATE),
        body=OpenAccount,
        kind=ACCOUNTS,
        status=201,
        location="/users/{id}",
        refusals=(AddressTaken,),
        description="People sign up by themselves; this is for the first owner, and for staff.",
    ),
    Route(
        "GET",
        "/users",
        views.list_users,
        views.user_list,
        views.UserList,
        "List accounts, newest first",
        scopes=("users:read",),
        query=ListThem,
    ),
    Route(
        "GET",
        "/users/{id}",
        views.show_user,
        views.user_view,
        views.UserView,
        "Show an account",
        scopes=("users:read",),
        kind=ACCOUNTS,
    ),
    Route(
        "POST",
        "/users/{id}/reset-password",
        managing_accounts.send_link,
        views.user_view,
        views.UserView,
        "Send somebody a link to choose a new password",
        scopes=("users:write", OPERATE),
        body=SendLink,
        kind=ACCOUNTS,
    ),
    Route(
        "POST",
        "/users/{id}/sign-out",
        managing_accounts.sign_out,
        views.user_view,
        views.UserView,
        "End every login of an account",
        scopes=("users:write",),
        body=SignOut,
        kind=ACCOUNTS,
    ),
    Route(
        "POST",
        "/users/{id}/revoke",
        managing_accounts.close_account,
        views.user_view,
        views.UserView,
        "Let somebody in no more",
        scopes=("users:write", OPERATE),
        body=Revoke,
        kind=ACCOUNTS,
    ),
    Route(
        "PUT",
        "/users/{id}/grants/{place}",
        managing_accounts.grant_account,
        views.user_view,
        views.UserView,
        "Give somebody a role at a shop",
        scopes=("users:write",),
        body=SetRole,
        kind=ACCOUNTS,
        refusals=(TooManyGrants,),
    ),
    Route(
        "DELETE",
        "/users/{id}/grants/{place}",
        managing_accounts.take_from_account,
        views.user_view,
        views.UserView,
        "Take somebody's role at a shop away",
        scopes=("users:write",),
        kind=ACCOUNTS,
    ),
)

CLIENTS = (
    Route(
        "POST",
        "/clients",
        managing_clients.register_client,
        views.client_view,
        views.ClientView,
        "Register a client",
        scopes=("clients:write",),
        body=RegisterClient,
        kind=REGISTRATIONS,
        status=201,
        location="/clients/{id}",
        description="The answer shows the secret, once. A client may do no more than who registers it.",
    ),
    Route(
        "GET",
        "/clients",
        views.list_clients,
        views.client_list,
        views.ClientList,
        "List clients, newest first",
        scopes=("clients:read",),
        query=ListThem,
    ),
    Route(
        "GET",
        "/clients/{id}",
        views.show_client,
        views.client_view,
        views.ClientView,
        "Show a client",
        scopes=("clients:read",),
        kind=REGISTRATIONS,
    ),
    Route(
        "POST",
        "/clients/{id}/secrets",
        managing_clients.add_secret,
        views.client_view,
        views.ClientView,
        "Make one more secret",
        scopes=("clients:write",),
        body=AddSecret,
        kind=REGISTRATIONS,
        description="Two are good at a time, so that the new one can be brought out before the old one goes.",
    ),
    Route(
        "POST",
        "/clients/{id}/revoke",
        managing_clients.revoke_client,
        views.client_view,
        views.ClientView,
        "Let a client ask for nothing more",
        scopes=("clients:write",),
        body=Revoke,
        kind=REGISTRATIONS,
    ),
    Route(
        "PUT",
        "/clients/{id}/grants/{place}",
        managing_clients.grant_client,
        views.client_view,
        views.ClientView,
        "Give a client a role at a shop",
        scopes=("clients:write",),
        body=SetRole,
        kind=REGISTRATIONS,
        refusals=(TooManyGrants,),
    ),
    Route(
        "DELETE",
        "/clients/{id}/grants/{place}",
        managing_clients.take_from_client,
        views.client_view,
        views.ClientView,
        "Take a client's role at a shop away",
        scopes=("clients:write",),
        kind=REGISTRATIONS,
    ),
)

DESK = (
    Route(
        "GET",
        "/audit",
        views.list_acts,
        views.act_list,
        views.ActList,
        "Show who did what, newest first",
        scopes=(OPERATE,),
        query=ListActs,
    ),
    Route(
        "GET",
        "/keys",
        views.list_keys,
        views.key_list,
        views.KeyList,
        "Show the keys that sign access tokens",
        scopes=(OPERATE,),
    ),
    Route(
        "POST",
        "/keys/rotate",
        managing_clients.rotate_keys,
        views.key_list,
        views.KeyList,
        "Bring out a new signing key",
        scopes=(OPERATE,),
        body=RotateKeys,
    ),
)

SERVICE = Service(
    name="identity",
    kinds=(ACCOUNTS, REGISTRATIONS, LOGINS, GUESSES, NOTICES, ROLES, ACTS, WITHDRAWALS),
    routes=(*USERS, *CLIENTS, *DESK),
    reactions=(
        Reaction(NoticeWanted, choosing.send_notice, subscriber="identity-messages", slow=True),
        Reaction(AdmissionWithdrawn, withdraw_admission, subscriber="identity-withdrawals"),
    ),
    events=(NoticeWanted, AdmissionWithdrawn),
    scopes={
        "users:read": "see who has a role at one's own shops",
        "users:write": "give and take roles at one's own shops",
        "clients:read": "see the clients of one's own shops",
        "clients:write": "register and revoke clients of one's own shops",
        OPERATE: "run the desk: every account and client, the audit, the signing keys",
    },
    needs=(Passwords, Seals, Messenger, SigningKeys, Withdrawals, Site),
)
