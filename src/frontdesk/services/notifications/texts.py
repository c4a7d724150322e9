"""What people are told, in Spanish, English and Portuguese.

None says what somebody is treated for. A {name} is a value that whoever sends the message gives. The text is also
that of the WhatsApp template, with {{1}}, {{2}} for the values in their order; `link` stands for buttons where a
channel has none.
"""

from collections.abc import Mapping

# Template: (subject, text) in each language.
Words = Mapping[str, tuple[str, str]]

TEXTS: Mapping[str, Words] = {
    "appointment-booked": {
        "es": (
            "Su cita en {clinic}",
            (
                "Hola, {patient}. Tiene una cita con {doctor} el {day} a las {time} en {clinic}. "
                "Para verla o cambiarla, use {link} cuando quiera."
            ),
        ),
        "en": (
            "Your appointment at {clinic}",
            (
                "Hello, {patient}. You have an appointment with {doctor} on {day} at {time} at {clinic}. "
                "To see or change it, use {link} at any time."
            ),
        ),
        "pt": (
            "Sua consulta em {clinic}",
            (
                "Olá, {patient}. Você tem uma consulta com {doctor} em {day} às {time}, em {clinic}. "
                "Para vê-la ou mudá-la, use {link} quando quiser."
            ),
        ),
    },
    "appointment-confirm": {
        "es": (
            "¿Vendrá a su cita del {day}?",
            "Hola, {patient}. Tiene una cita con {doctor} el {day} a las {time} en {clinic}. ¿Vendrá?",
        ),
        "en": (
            "Will you come on {day}?",
            "Hello, {patient}. You have an appointment with {doctor} on {day} at {time} at {clinic}. Will you come?",
        ),
        "pt": (
            "Você vem à consulta em {day}?",
            "Olá, {patient}. Você tem consulta com {doctor} em {day} às {time}, em {clinic}. Você vem?",
        ),
    },
    "appointment-pending": {
        "es": (
            "Falta su respuesta: cita del {day}",
            (
                "Hola, {patient}. Aún no sabemos si vendrá a su cita con {doctor} el {day} a las {time} en {clinic}. "
                "¿Nos lo confirma?"
            ),
        ),
        "en": (
            "We need your answer: {day}",
            (
                "Hello, {patient}. We do not know yet whether you will come to {doctor} on {day} at {time} at {clinic}."
                " Please tell us."
            ),
        ),
        "pt": (
            "Falta sua resposta: consulta em {day}",
            (
                "Olá, {patient}. Ainda não sabemos se você vem à consulta com {doctor} em {day} às {time}, em "
                "{clinic}. Você confirma?"
            ),
        ),
    },
    "appointment-soon": {
        "es": (
            "Su cita de las {time}",
            "Hola, {patient}. Hoy a las {time} en {clinic}, con {doctor}: le esperamos.",
        ),
        "en": (
            "Your appointment at {time}",
            "Hello, {patient}. Today at {time} at {clinic}, with {doctor}: we expect you.",
        ),
        "pt": (
            "Sua consulta das {time}",
            "Olá, {patient}. Hoje às {time} em {clinic}, com {doctor}: esperamos você.",
        ),
    },
    "appointment-moved": {
        "es": (
            "Su cita tiene otra hora",
            (
                "Hola, {patient}. Su cita con {doctor} del {was_day} a las {was_time} es ahora el {day} a las {time} "
                "en {clinic}. Para verla o cambiarla, use {link} cuando quiera."
            ),
        ),
        "en": (
            "Your appointment has another time",
            (
                "Hello, {patient}. Your appointment with {doctor} on {was_day} at {was_time} is now on {day} at {time} "
                "at {clinic}. To see or change it, use {link} at any time."
            ),
        ),
        "pt": (
            "Sua consulta tem outro horário",
            (
                "Olá, {patient}. Sua consulta com {doctor} de {was_day} às {was_time} agora é em {day} às {time}, em "
                "{clinic}. Para vê-la ou mudá-la, use {link} quando quiser."
            ),
        ),
    },
    "appointment-cancelled": {
        "es": (
            "Su cita está cancelada",
            "Hola, {patient}. Su cita con {doctor} del {day} a las {time} en {clinic} está cancelada.",
        ),
        "en": (
            "Your appointment is cancelled",
            "Hello, {patient}. Your appointment with {doctor} on {day} at {time} at {clinic}, is cancelled.",
        ),
        "pt": (
            "Sua consulta está cancelada",
            "Olá, {patient}. Sua consulta com {doctor} em {day} às {time}, em {clinic}, está cancelada.",
        ),
    },
    "appointment-offer": {
        "es": (
            "Hay una hora libre para usted",
            (
                "Hola, {patient}. Se liberó una hora con {doctor} el {day} a las {time} en {clinic}. "
                "Se la guardamos hasta las {until}. ¿La quiere?"
            ),
        ),
        "en": (
            "A time is free for you",
            (
                "Hello, {patient}. A time with {doctor} is free on {day} at {time} at {clinic}. "
                "We keep it for you until {until}. Do you want it?"
            ),
        ),
        "pt": (
            "Há um horário livre para você",
            (
                "Olá, {patient}. Abriu um horário com {doctor} em {day} às {time}, em {clinic}. "
                "Guardamos para você até as {until}. Você quer?"
            ),
        ),
    },
    "appointment-offer-over": {
        "es": (
            "Esa hora ya no está libre",
            (
                "Hola, {patient}. La hora con {doctor} del {day} a las {time} en {clinic} ya no está libre. "
                "Usted sigue en la lista de espera."
            ),
        ),
        "en": (
            "That time is not free any more",
            (
                "Hello, {patient}. The time with {doctor} on {day} at {time} at {clinic}, is not free any more. "
                "You stay on the waiting list."
            ),
        ),
        "pt": (
            "Esse horário não está mais livre",
            (
                "Olá, {patient}. O horário com {doctor} em {day} às {time}, em {clinic}, não está mais livre. "
                "Você continua na lista de espera."
            ),
        ),
    },
    "appointment-confirmed": {
        "es": (
            "Cita confirmada",
            "Gracias, {patient}. El {day} a las {time} en {clinic}, con {doctor}: le esperamos.",
        ),
        "en": (
            "Appointment confirmed",
            "Thank you, {patient}. On {day} at {time} at {clinic}, with {doctor}: we expect you.",
        ),
        "pt": (
            "Consulta confirmada",
            "Obrigado, {patient}. Em {day} às {time}, em {clinic}, com {doctor}: esperamos você.",
        ),
    },
    "appointment-sure": {
        "es": (
            "¿Cancelamos su cita?",
            "{patient}, ¿cancelamos su cita con {doctor} del {day} a las {time} en {clinic}?",
        ),
        "en": (
            "Shall we cancel your appointment?",
            "{patient}, shall we cancel your appointment with {doctor} on {day} at {time} at {clinic}?",
        ),
        "pt": (
            "Cancelamos sua consulta?",
            "{patient}, cancelamos sua consulta com {doctor} em {day} às {time}, em {clinic}?",
        ),
    },
    "appointment-time-changed": {
        "es": (
            "Su cita tiene otra hora",
            "{patient}, esa cita ha cambiado: ahora es con {doctor} el {day} a las {time} en {clinic}. ¿Vendrá?",
        ),
        "en": (
            "Your appointment has another time",
            (
                "{patient}, that appointment has changed: it is now with {doctor} on {day} at {time} at {clinic}. "
                "Will you come?"
            ),
        ),
        "pt": (
            "Sua consulta tem outro horário",
            "{patient}, essa consulta mudou: agora é com {doctor} em {day} às {time}, em {clinic}. Você vem?",
        ),
    },
    "appointment-which": {
        "es": (
            "¿De qué cita habla?",
            "{patient}, usted tiene varias citas en {clinic}. ¿De cuál habla?\n{visits}",
        ),
        "en": (
            "Which appointment do you mean?",
            "{patient}, you have several appointments at {clinic}. Which do you mean?\n{visits}",
        ),
        "pt": (
            "De qual consulta você fala?",
            "{patient}, você tem várias consultas em {clinic}. De qual você fala?\n{visits}",
        ),
    },
    "appointment-is-over": {
        "es": (
            "Esa cita ya no está",
            (
                "{patient}, la cita con {doctor} del {day} a las {time} en {clinic} está cancelada o ya ha pasado. "
                "Si necesita otra, escríbanos o llámenos."
            ),
        ),
        "en": (
            "That appointment is over",
            (
                "{patient}, the appointment with {doctor} on {day} at {time} at {clinic}, is cancelled or has been. "
                "If you need another, write or call us."
            ),
        ),
        "pt": (
            "Essa consulta já não existe",
            (
                "{patient}, a consulta com {doctor} em {day} às {time}, em {clinic}, foi cancelada ou já passou. "
                "Se precisar de outra, escreva ou ligue."
            ),
        ),
    },
    "appointment-times": {
        "es": (
            "Elija otra hora",
            "{patient}, elija aquí otra hora para su cita con {doctor} del {day} a las {time} en {clinic}: {link}",
        ),
        "en": (
            "Choose another time",
            "{patient}, choose another time for your appointment with {doctor} on {day} at {time} at {clinic}: {link}",
        ),
        "pt": (
            "Escolha outro horário",
            (
                "{patient}, escolha aqui outro horário para a consulta com {doctor} em {day} às {time}, em {clinic}: "
                "{link}"
            ),
        ),
    },
    "appointment-free": {
        "es": (
            "Horas libres con {doctor}",
            "{patient}, estas horas están libres con {doctor} en {clinic}. Elija la suya.\n{times}",
        ),
        "en": (
            "Free times with {doctor}",
            "{patient}, these times are free with {doctor} at {clinic}. Choose yours.\n{times}",
        ),
        "pt": (
            "Horários livres com {doctor}",
            "{patient}, estes horários estão livres com {doctor} em {clinic}. Escolha o seu.\n{times}",
        ),
    },
    "appointment-too-late": {
        "es": (
            "Llámenos, por favor",
            (
                "{patient}, falta muy poco para su cita con {doctor} el {day} a las {time} en {clinic}: ya no se puede "
                "cambiar por aquí. Por favor, llámenos."
            ),
        ),
        "en": (
            "Please call us",
            (
                "{patient}, your appointment with {doctor} on {day} at {time} at {clinic}, is too near to be changed "
                "here. Please call us."
            ),
        ),
        "pt": (
            "Ligue para nós, por favor",
            (
                "{patient}, falta muito pouco para a consulta com {doctor} em {day} às {time}, em {clinic}: já não dá "
                "para mudar por aqui. Por favor, ligue."
            ),
        ),
    },
    "letter": {  # whoever sends it has written it
        "es": ("{subject}", "{text}"),
        "en": ("{subject}", "{text}"),
        "pt": ("{subject}", "{text}"),
    },
    "stopped": {
        "es": (
            "Ya no le escribiremos",
            "De acuerdo: no le escribiremos más. Si cambia de idea, responda ALTA.",
        ),
        "en": (
            "We will not write any more",
            "All right: we will not write any more. To change that, answer START.",
        ),
        "pt": ("Não escreveremos mais", "Tudo bem: não escreveremos mais. Para mudar isso, responda VOLTAR."),
    },
    "started": {
        "es": (
            "Le escribiremos otra vez",
            "Gracias: volverá a recibir nuestros mensajes. Para no recibirlos: BAJA.",
        ),
        "en": (
            "We will write again",
            "Thank you: you will have our messages again. To stop them, answer STOP.",
        ),
        "pt": ("Escreveremos de novo", "Obrigado: você voltará a receber mensagens. Para não receber: SAIR."),
    },
    "desk-inbox": {
        "es": (
            "Alguien espera una respuesta",
            "Alguien escribió y nadie lo ha leído: {place}. Está en /inbox.",
        ),
        "en": ("Somebody waits for an answer", "Somebody wrote and nobody has read it: {place}. See /inbox."),
        "pt": ("Alguém espera uma resposta", "Alguém escreveu e ninguém leu: {place}. Está em /inbox."),
    },
    "desk-failed": {
        "es": (
            "Un mensaje no llegó a nadie",
            "Un mensaje de {place} no llegó por ningún canal ({channel}, {code}): hay que llamar. {message}",
        ),
        "en": (
            "A message reached nobody",
            "A message of {place} reached nobody by any channel ({channel}, {code}): somebody has to call. {message}",
        ),
        "pt": (
            "Uma mensagem não chegou a ninguém",
            "Uma mensagem de {place} não chegou por nenhum canal ({channel}, {code}): é preciso ligar. {message}",
        ),
    },
    "desk-troubled": {
        "es": ("Un canal no envía", "El canal {channel} no puede enviar ({code}): revise su configuración."),
        "en": ("A channel cannot send", "The channel {channel} cannot send ({code}): look at its settings."),
        "pt": ("Um canal não envia", "O canal {channel} não consegue enviar ({code}): veja a configuração."),
    },
}
