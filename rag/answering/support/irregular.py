"""Holds English words whose forms no rule of stemming brings together; knows no text."""

from typing import Final

from rag.store.tokens import tokenize

_IRREGULAR: Final = """
arise arose arisen/be was were been am are is/bear bore borne born/beat beaten/become became
begin began begun/bend bent/bind bound/bite bit bitten/bleed bled/blow blew blown
break broke broken/breed bred/bring brought/build built/burn burnt/buy bought/catch caught
choose chose chosen/come came/creep crept/deal dealt/dig dug/do did done/draw drew drawn
drink drank drunk/drive drove driven/eat ate eaten/fall fell fallen/feed fed/feel felt
fight fought/find found/flee fled/fly flew flown/forbid forbade forbidden/forget forgot forgotten
freeze froze frozen/get got gotten/give gave given/go went gone goes/grow grew grown/hang hung
have had has/hear heard/hide hid hidden/hold held/keep kept/know knew known/lay laid/lead led
learn learnt/leave left/lend lent/lie lain/lose lost/make made/mean meant/meet met/pay paid
ride rode ridden/ring rang rung/rise rose risen/run ran/say said/see saw seen/seek sought
sell sold/send sent/shake shook shaken/shine shone/shoot shot/show shown/shrink shrank shrunk
sing sang sung/sink sank sunk/sit sat/sleep slept asleep/speak spoke spoken/spend spent/spin spun
spring sprang sprung/stand stood/steal stole stolen/stick stuck/strike struck/swear swore sworn
sweep swept/swim swam swum/take took taken/teach taught/tear tore torn/tell told/think thought
throw threw thrown/understand understood/wake woke woken/wear wore worn/weave wove woven/win won
withdraw withdrew withdrawn/withstand withstood/write wrote written/undertake undertook
overcome overcame/exceed excess/die dead death/child children/man men/woman women/foot feet
tooth teeth/mouse mice/person people/life lives live/half halves/long length/high height
wide width/deep depth/strong strength/warm warmth/true truth/grow growth/weigh weight
choose choice/lose loss/sell sale/succeed success/fail failure/enter entry entrance
depart departure/arrive arrival/refuse refusal/propose proposal/approve approval/remove removal
renew renewal/withdraw withdrawal/advise advice/believe belief/prove proof/relieve relief
save safe safety/receive receipt/describe description/decide decision/divide division
permit permission/admit admission/expand expansion/extend extension/pollute pollution
replace replacement/require requirement/move movement/pay payment/maintain maintenance
explain explanation/oblige obligation obligatory/vary various variety/analyse analysis analyses
describe description/good well better best/bad worse worst/far further furthest/many more most
little less least
"""


def _bases() -> dict[str, str]:
    found: dict[str, str] = {}
    for family in _IRREGULAR.replace("\n", "/").split("/"):
        stems = [tokenize(word)[0] for word in family.split()]
        for stem in stems[1:]:
            found.setdefault(stem, stems[0])
    return found


BASE: Final = _bases()
"""Stem of a form to the stem of the word it belongs to."""
