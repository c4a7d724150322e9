"""How templates are called at WhatsApp, and what stands on buttons and before links, in our three languages."""

from collections.abc import Mapping

# How WhatsApp's approved templates are called. What is not here only answers somebody who has just written, and is
# free text there.
APPROVED: Mapping[str, str] = {
    "appointment-booked": "cita_reservada_v1",
    "appointment-confirm": "cita_confirmar_v1",
    "appointment-pending": "cita_pendiente_v1",
    "appointment-soon": "cita_pronto_v1",
    "appointment-moved": "cita_cambiada_v1",
    "appointment-cancelled": "cita_cancelada_v1",
    "appointment-offer": "cita_oferta_v1",
    "appointment-offer-over": "cita_oferta_pasada_v1",
    "appointment-confirmed": "cita_confirmada_v1",
}

BUTTONS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "confirm": "Sí, iré",
        "cancel": "Cancelar",
        "move": "Cambiar",
        "accept": "La quiero",
        "decline": "No, gracias",
        "visit": "Esta",
    },
    "en": {
        "confirm": "Yes, I will come",
        "cancel": "Cancel",
        "move": "Change",
        "accept": "I want it",
        "decline": "No, thanks",
        "visit": "This one",
    },
    "pt": {
        "confirm": "Sim, vou",
        "cancel": "Cancelar",
        "move": "Mudar",
        "accept": "Eu quero",
        "decline": "Não, obrigado",
        "visit": "Esta",
    },
}

LINK_LINES: Mapping[str, str] = {
    "es": "Responda aquí: {link}",
    "en": "Answer here: {link}",
    "pt": "Responda aqui: {link}",
}
