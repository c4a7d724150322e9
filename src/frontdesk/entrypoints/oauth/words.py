"""What the pages say, in English and Spanish."""

from collections.abc import Mapping

from frontdesk.services.identity.notices import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: {
        "sign_in": "Sign in",
        "to": "to continue to {client}",
        "address": "E-mail address",
        "password": "Password",
        "no_account": "Sign up, or choose a new password",
        "link_title": "Sign up, or choose a new password",
        "link_why": "We send you a message with a link. It is good for 30 minutes.",
        "send": "Send me the link",
        "sent_title": "Look into your mailbox",
        "sent_why": "If the address is right, a message with a link is on its way to you.",
        "choose_title": "Choose a password",
        "choose_rule": "At least 10 characters. A few words in a row are good.",
        "choose": "Keep this password",
        "chosen_title": "Your password is set",
        "chosen_why": "Whoever was signed in with an earlier one is not any more.",
        "go_on": "Go on and sign in",
        "wrong": "The address or the password is not right.",
        "wait": "There were too many tries. Come again in {seconds} seconds.",
        "bad_address": "This does not look like an e-mail address.",
        "bad_password": "Choose another password: at least 10 characters, and not your address.",
        "bad_link": "This link is not valid, or not any more.",
        "bad_form": "This form is out of date. Send it again.",
        "bad_request": "This request cannot be answered",
        "come_again": "Go back and try again in a moment.",
        "bad_client": "The program that sent you here is not known here, or wants you sent to a place"
        " that is not its own. Nothing was done.",
        "other_language": "Español",
    },
    Language.SPANISH: {
        "sign_in": "Iniciar sesión",
        "to": "para continuar a {client}",
        "address": "Correo electrónico",
        "password": "Contraseña",
        "no_account": "Registrarse o elegir una contraseña nueva",
        "link_title": "Registrarse o elegir una contraseña nueva",
        "link_why": "Le enviamos un mensaje con un enlace. Vale durante 30 minutos.",
        "send": "Enviarme el enlace",
        "sent_title": "Mire en su buzón",
        "sent_why": "Si la dirección es correcta, un mensaje con un enlace va en camino.",
        "choose_title": "Elija una contraseña",
        "choose_rule": "Al menos 10 caracteres. Unas cuantas palabras seguidas son buenas.",
        "choose": "Guardar esta contraseña",
        "chosen_title": "Su contraseña está guardada",
        "chosen_why": "Quien tuviera una sesión abierta con otra anterior ya no la tiene.",
        "go_on": "Continuar e iniciar sesión",
        "wrong": "El correo electrónico o la contraseña no son correctos.",
        "wait": "Ha habido demasiados intentos. Vuelva dentro de {seconds} segundos.",
        "bad_address": "Esto no parece una dirección de correo electrónico.",
        "bad_password": "Elija otra contraseña: al menos 10 caracteres, y no su dirección.",
        "bad_link": "Este enlace no es válido, o ya no lo es.",
        "bad_form": "Este formulario ya no es actual. Envíelo otra vez.",
        "bad_request": "Esta petición no se puede responder",
        "come_again": "Vuelva atrás e inténtelo de nuevo dentro de un momento.",
        "bad_client": "El programa que le ha enviado aquí no es conocido, o quiere enviarle a un lugar"
        " que no es suyo. No se ha hecho nada.",
        "other_language": "English",
    },
}


def language_of(ui_locales: str, accept_language: str) -> Language:
    """Return the first language that somebody reads and we write, English if there is none."""
    wanted = [*ui_locales.split(), *[part.partition(";")[0] for part in accept_language.split(",")]]
    for tag in wanted:
        short = tag.strip()[:2].lower()
        if short in WORDS:
            return Language(short)
    return Language.ENGLISH
