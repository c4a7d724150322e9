"""The words of answers, in lower case and without accents. What is not here is read by a person."""

CONFIRM = """
si | sii | sip | sipi | see | s | claro | claro que si | por supuesto | ok | oka | okay | okey | oki | okis |
vale | dale | listo | lista | bueno | correcto | de acuerdo | esta bien | perfecto | confirmado |
confirmada | afirmativo | 1 | uno |
si puedo | si voy | si ire | si asisto | si asistire | si confirmo | sin problema | no hay problema | no problem |
ahi estare | alli estare | ahi estaremos | ahi voy a estar | nos vemos | cuente conmigo |
yes | y | yep | yeah | yup | sure | of course | fine | agreed | all good | confirmed | see you | see you then |
see you tomorrow | yes i can | yes i will | ill be there | i will be there | i can come | i will come | ill come |
sim | isso | claro que sim | com certeza | combinado | pode ser | certo | ta bom | esta bom | beleza | sim vou |
sim posso | ate la | ate amanha | estarei la | sem problema |
quero | lo quiero | la quiero | acepto | aceito | accept | i want it
"""
CONFIRM_SURE = """
confirmo | confirmo la cita | confirmo mi cita | confirmo cita | confirmo asistencia | confirmo mi asistencia |
confirmar | confirmar cita | quiero confirmar | voy | ire | asisto | asistire | si confirmo mi cita |
confirm | i confirm | i confirm my appointment | i am coming | im coming |
confirmo a consulta | confirmo minha consulta | confirmo presenca | confirmo minha presenca | vou | estarei presente
"""
NO = """
no | noo | nop | nope | n | 2 | dos | negativo | no gracias | no lo quiero | no la quiero | no thanks | no thank you |
i dont want it | nao | dois | nao obrigado | nao obrigada | nao quero
"""
CANCEL = """
cancelar | cancela | cancele | cancelen | cancelo | cancelada | cancelado | anular | anula | anulo | anulen |
cancel | desmarcar | desmarca | desmarque | desmarco | cancelem
"""
CANCEL_DOUBT = """
no puedo | no puedo ir | no puedo asistir | no podre | no podre ir | no podre asistir | no voy | no voy a poder |
no voy a poder ir | no voy a ir | no voy a asistir | no ire | no asistire | ya no puedo | ya no puedo ir | ya no voy |
i cant | i cant come | i cant make it | i cannot | i cannot come | i cannot make it | cant come | cant make it |
i wont come | i wont make it | i wont be there | i am not coming | im not coming | no i cant |
nao posso | nao posso ir | nao vou | nao vou poder | nao vou poder ir | nao vou conseguir | nao poderei |
nao poderei ir | nao irei | nao consigo ir
"""
CANCEL_SURE = """
cancelar cita | cancelar la cita | cancelar mi cita | cancelar hora | cancelar la hora | cancelar mi hora |
cancelar turno | cancelar el turno | cancelar mi turno | quiero cancelar | quiero cancelar la cita |
quiero cancelar mi cita | quiero anular | quiero anular mi hora | cancelo mi cita | cancelo la cita | anular hora |
anular la hora | anular mi hora | anular cita | anular mi cita | cancele mi cita | cancela mi cita | deseo cancelar |
deseo cancelar mi cita | cancel appointment | cancel my appointment | cancel the appointment | cancel it |
i want to cancel | i would like to cancel | i need to cancel | please cancel my appointment |
cancelar consulta | cancelar a consulta | cancelar minha consulta | quero cancelar | quero cancelar a consulta |
quero cancelar minha consulta | desmarcar consulta | desmarcar a consulta | desmarcar minha consulta | quero desmarcar |
preciso desmarcar | preciso cancelar | necesito cancelar | necesito cancelar mi cita
"""
MOVE = """
3 | tres | cambiar | cambio | cambiar hora | cambiar la hora | cambiar mi hora | cambiar cita | cambiar la cita |
cambiar mi cita | cambiar fecha | cambiar la fecha | cambiar de hora | cambiar de dia | quiero cambiar |
quiero cambiar la hora | quiero cambiar mi hora | quiero cambiar la cita | quiero cambiar mi cita | puedo cambiar |
puedo cambiar la hora | puedo cambiar la cita | puedo cambiar mi cita | se puede cambiar | se puede cambiar la hora |
reprogramar | reprogramar cita | reprogramar la cita | reprogramar mi cita | quiero reprogramar | puedo reprogramar |
reagendar | reagendar cita | reagendar la cita | reagendar mi cita | quiero reagendar | puedo reagendar | mover |
mover la cita | mover mi cita | postergar | posponer | aplazar | otra hora | otro dia | otra fecha | otro horario |
necesito cambiar | necesito cambiar la hora | necesito reagendar |
three | change | change time | change the time | change my appointment | reschedule | reschedule appointment |
reschedule my appointment | move | move it | move my appointment | another time | another day | postpone |
can i reschedule | can i change | can i change the time | can i move it | i want to reschedule | i need to reschedule |
i would like to reschedule |
remarcar | remarcar consulta | remarcar a consulta | remarcar minha consulta | quero remarcar | posso remarcar |
reagendar consulta | reagendar a consulta | quero reagendar | posso reagendar | mudar | mudar horario |
mudar o horario | mudar a hora | mudar de horario | quero mudar | posso mudar | posso mudar o horario | trocar |
trocar horario | trocar o horario | adiar | outro dia | outro horario | outra data | preciso remarcar
"""
BOOK = """
quiero una hora | quiero una cita | quiero un turno | quiero hora | quiero cita | quiero turno | quiero otra hora |
quiero otra cita | quiero otro turno | quiero agendar | quiero agendar una hora | quiero agendar una cita |
quiero reservar | quiero reservar una hora | quiero reservar una cita | quiero pedir hora | quiero pedir cita |
quiero pedir una hora | quiero pedir una cita | quiero pedir turno | quiero sacar una cita | quiero sacar turno |
quisiera una hora | quisiera una cita | quisiera un turno | quisiera agendar | quisiera agendar una cita |
quisiera reservar | quisiera pedir hora | quisiera pedir una cita | quisiera pedir turno |
necesito una hora | necesito una cita | necesito un turno | necesito hora | necesito cita | necesito turno |
necesito otra hora | necesito otra cita | necesito agendar | necesito agendar una cita | necesito pedir hora |
pedir hora | pedir una hora | pedir cita | pedir una cita | pedir turno | pedir un turno | sacar hora | sacar cita |
sacar una cita | sacar turno | agendar | agendar hora | agendar una hora | agendar cita | agendar una cita |
reservar | reservar hora | reservar una hora | reservar cita | reservar una cita | reservar turno |
nueva hora | nueva cita | nuevo turno | hora nueva | cita nueva | tiene hora | tienen hora | tiene horas |
tienen horas | tienen turno | tienen turnos | hay hora | hay horas | hay turno | hay turnos | hay horas libres |
horas libres | horas disponibles | turnos disponibles |
book | book an appointment | book appointment | new appointment | another appointment | make an appointment |
i want an appointment | i want to book | i want to book an appointment | i need an appointment |
i need another appointment | i would like an appointment | i would like to book | i would like to make an appointment |
id like an appointment | can i book | can i book an appointment | can i have an appointment |
can i get an appointment | can i make an appointment |
marcar consulta | marcar uma consulta | quero marcar | quero marcar consulta | quero marcar uma consulta |
quero uma consulta | quero outra consulta | quero um horario | queria uma consulta | queria marcar |
queria marcar uma consulta | gostaria de marcar | gostaria de marcar uma consulta | preciso de uma consulta |
preciso de outra consulta | preciso de um horario | preciso marcar | preciso marcar uma consulta |
agendar consulta | agendar uma consulta | quero agendar | quero agendar uma consulta | gostaria de agendar |
gostaria de agendar uma consulta | posso marcar | posso marcar uma consulta | nova consulta | outra consulta |
tem horario | tem horarios | horarios livres | horarios disponiveis
"""
STOP = """
stop | stop all | stopall | unsubscribe | opt out | optout | baja | darme de baja | dar de baja | quiero darme de baja |
deme de baja | parar | pare | paren | no me escriban | no me escriban mas | no escriban mas | no enviar mas |
no envien mas mensajes | no quiero mensajes | no quiero mas mensajes | no quiero recibir mensajes |
no quiero recibir mas mensajes | no me manden mensajes | no me manden mas mensajes | cancelar suscripcion |
do not text me | dont text me | no more messages | stop messages | stop messaging me |
sair | descadastrar | cancelar inscricao | nao me escrevam | nao me mandem mensagens | nao me mandem mais mensagens |
nao quero mensagens | nao quero mais mensagens | nao quero receber mensagens | remover
"""
START = "start | unstop | alta | darme de alta | reanudar | voltar | subscribe | suscribir | inscrever"

# Said with an answer, these change nothing. Alone, thanks want nothing more; a greeting waits for somebody.
THANKS_WORDS = """
gracias | muchas gracias | mil gracias | muchisimas gracias | muy amable | saludos | un saludo | bendiciones |
un abrazo | que tenga buen dia | que tenga un buen dia | feliz dia | igualmente | adios | chao | hasta luego |
hasta manana |
thanks | thank you | thank you very much | thanks a lot | many thanks | thx | ty | bye | have a nice day | cheers |
obrigado | obrigada | muito obrigado | muito obrigada | brigado | brigada | tchau | abraco | abracos | valeu
"""
GREETING_WORDS = """
hola | buenas | buenos dias | buen dia | buenas tardes | buenas noches | doctor | doctora | dr | dra | por favor |
porfa | porfavor | hi | hello | hey | good morning | good afternoon | good evening | please | pls | por gentileza |
oi | ola | bom dia | boa tarde | boa noite
"""

SIGNS = {
    **dict.fromkeys(("👍", "✅", "👌", "🆗", "✔", "☑", "💯"), "ok"),
    **dict.fromkeys(("👎", "❌", "🚫"), "no"),
    **dict.fromkeys(("🙏", "😊", "🙂", "😀", "😄", "😃", "❤", "🤗", "💪", "🎉"), "gracias"),
    # what a sign is dressed with: variation selectors, colours of skin, the box around a digit, a zero-width joiner
    **dict.fromkeys(("\ufe0f", "\ufe0e", "\u20e3", "\u200d", "🏻", "🏼", "🏽", "🏾", "🏿"), ""),
}


def _phrases(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split("|")]


PHRASES: dict[str, str] = {
    **dict.fromkeys(_phrases(f"{CONFIRM}|{CONFIRM_SURE}"), "confirm"),
    **dict.fromkeys(_phrases(f"{NO}|{CANCEL}|{CANCEL_DOUBT}|{CANCEL_SURE}"), "cancel"),
    **dict.fromkeys(_phrases(MOVE), "move"),
    **dict.fromkeys(_phrases(BOOK), "book"),
    **dict.fromkeys(_phrases(STOP), "stop"),
    **dict.fromkeys(_phrases(START), "start"),
}
SURE = frozenset(_phrases(f"{CONFIRM_SURE}|{CANCEL_SURE}|{STOP}|{START}"))
BARE = frozenset(_phrases(NO))  # what it turns down depends on what was asked
DOUBT = frozenset(_phrases(CANCEL_DOUBT))  # "I cannot" may want another time: asked, and a person looks
THANKS = frozenset(_phrases(THANKS_WORDS))
GREETINGS = frozenset(_phrases(GREETING_WORDS))
BARE_YES = frozenset({"si", "yes", "sim", "ok", "claro"})
BARE_NO = frozenset({"no", "nao", "nop", "nope", "n", "not"})
LONGEST = max(len(phrase.split()) for phrase in (*PHRASES, *THANKS, *GREETINGS))
