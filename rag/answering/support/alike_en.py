"""Holds English words that may stand for each other; knows no text."""

from typing import Final

ALIKE_EN: Final = """
about concerning regarding / abolish scrap discontinue eliminate end / absence leave away off /
accept agree consent approve adopt endorse / access enter entry reach / accident crash collision /
accompany escort go_with / account bill invoice /
account_for make_up constitute represent comprise / achieve accomplish attain reach /
acquire buy purchase obtain get take_over / activate enable switch_on turn_on /
active awake out busy / add append include attach / additional extra further more another /
address tackle deal_with handle / adjust tune modify change alter adapt amend revise /
adolescent teenager teen youth youngster / adult grown-up /
advance ahead beforehand early prior earlier before / advise recommend suggest advice counsel /
aeroplane airplane plane aircraft / affect influence impact /
afterwards later after then subsequently thereafter following /
aid help assist support assistance / aim goal purpose objective intend target /
alarm alert warn warning notification notify /
allow permit let may can entitle authorise enable permission /
almost nearly roughly about approximately some around circa close_to /
alone single-handed solely only exclusively by_oneself without_help / amount sum quantity total /
animal creature beast species / announce declare proclaim publish /
annual yearly every_year each_year / answer reply respond response / apartment flat /
appear emerge show_up turn_up / application app programme / appoint name nominate assign /
area region zone district / argue claim contend maintain /
arise occur happen take_place come_about / arrive reach come get_to / article item piece /
ask request inquire enquire query / assess evaluate rate appraise judge estimate /
assume suppose presume / attach fasten fix secure connect / attempt try endeavour effort /
attend take_part participate join present / author writer write /
automatic automatically by_itself by_themselves on_its_own on_their_own itself / autumn fall /
average mean typical / avoid prevent avert keep_from / award prize grant / backup copy /
ban bar prohibit forbid disallow outlaw not_allow /
banned not_allowed forbidden prohibited barred / base headquarters head_office /
become turn_into grow get turn / begin start commence launch open initiate / behaviour conduct /
benefit profit gain advantage improve help / big large great huge sizeable major / bird fowl /
blaze fire / border frontier edge / born birth / borrow lend loan /
boss manager supervisor superior / bottom lower base / boundary limit border /
break rupture fracture snap / brief short concise / bring carry transport deliver take /
bring_up raise rear / broken faulty defective out_of_order damaged fail failure fault /
build construct erect set_up establish create building construction /
business company firm enterprise corporation / call phone telephone ring /
call name term title known / calculate compute work_out /
cancel call_off revoke annul cancellation / capacity volume / car vehicle automobile /
care look_after tend / careful cautious /
cause lead_to result_in bring_about trigger due because reason /
cease stop halt end discontinue finish / cell battery batteries / centre center middle core /
certain sure / certificate certification / change alter modify amend swap replace exchange /
charge fee price cost pay rate / cheap inexpensive low-cost /
check verify inspect examine test control review / child kid youngster infant /
chiefly mainly mostly primarily largely predominantly principally /
choose select pick opt decide choice selection / citizen resident inhabitant /
city town municipality / claim assert state / clean wash rinse / clear plain obvious evident /
client customer buyer / close shut closed / coach bus / coast shore seaside /
collapse drop fall fail / collect gather assemble pick_up /
combine join merge unite together combined / come_from originate stem derive / comment remark /
common frequent widespread usual / compensate reimburse refund repay pay_back / compete rival /
complain complaint / complete finish conclude full fully entire entirely whole completely end /
component part piece element / compulsory mandatory obligatory required must /
computer pc machine / concern relate involve regard / condition state status /
conduct carry_out perform run do execute undertake / confidential secret private /
confirm verify certify corroborate / connect link join attach plug plug_in /
consist composed made_up comprise / consult ask see / consume eat use feed diet /
contact reach get_in_touch / contain hold include / contest competition /
continue go_on proceed carry_on keep last / contrary opposite /
control manage govern regulate steer / convert turn change transform / cook prepare /
cool chill refrigerate / cope deal handle tolerate manage / correct right accurate fix rectify /
cost price expense amount charge pay be_priced / country nation state / couple pair two /
cover include apply coverage / create make produce establish found set_up develop /
crucial vital essential key important critical / cub young offspring pup baby / cure heal treat /
current present now today / cut reduce shorten lower / daily every_day each_day per_day a_day /
damage harm injure hurt / danger risk hazard threat threaten / data information record reading /
day date / dead die death lose_their_lives lose_his_life lose_her_life killed kill perish fatal /
deadline due time_limit / deal agreement contract / decide determine settle resolve rule decision /
decline decrease drop fall go_down sink reduce shrink dwindle lower /
dedicated own separate exclusive / deep depth / defect fault flaw error broken /
defend protect guard / delay postpone late put_off / delete erase remove purge wipe /
deliver bring ship hand_over supply delivery / deliver dispatch send /
demand require call_for insist / deny refuse reject / depart leave set_off / depend rely /
deposit down_payment security / describe depict portray / design devise develop plan /
design the_work_of create / desire want wish / destroy ruin wreck demolish / detail particular /
detect find discover notice spot / determine establish find /
device unit appliance instrument equipment apparatus machine /
different differ distinct vary difference / difficult hard tough / direct guide steer /
disappear vanish / discard throw_away dispose / discount reduction rebate less /
discuss talk debate / disease illness sickness / display show screen indicate /
distribute hand_out spread / divide split separate / document file paper / donate give contribute /
double twice two-fold twofold / doubt uncertain / drain empty run_out leave leak /
drive operate run / dry arid / duplicate copy more_than_once repeated double /
duration length last period time take / duty task obligation responsibility obliged must /
each every per all any / eager keen / earn receive get accrue gain / earth ground / easy simple /
educate teach train instruct / effect impact influence result / election vote ballot /
employ use hire / employee worker staff personnel employed workforce / employer company firm /
empty vacant / end finish terminate conclude close expire final finally / enemy foe /
engineer technician / enlarge expand extend widen / enough sufficient adequate suffice /
ensure guarantee make_sure assure / enter access go_into /
entitle right eligible qualify entitlement / environment surroundings /
equal same equivalent identical / equipment gear device / error mistake fault bug /
escape flee get_away / estimate guess approximate / evening dusk twilight /
evidence proof prove sign / examine inspect study investigate check /
exceed surpass go_beyond more_than over above larger_than beyond /
except apart_from excluding besides other_than but / exchange swap replace trade change /
exclude leave_out omit rule_out except / exclude not_cover not_include exempt /
exempt free spared / exist be live / expand enlarge grow extend / expect anticipate /
expensive costly dear / expert specialist / expire lapse end run_out invalid / explain clarify /
explode blow_up / explore investigate / extend prolong lengthen / extinct died_out /
fail break_down go_down malfunction out_of_order broken not_work stop / false wrong incorrect /
family relatives / famous well-known renowned celebrated / fast quick rapid swift /
favour support back approve / female woman women mother girl / fight battle combat / fill load /
film movie / find discover locate / fine penalty / first initial original initially at_first /
fit suit mount install / fix repair mend / flat level / flood inundate / floor storey level /
forecast predict prediction / foreign overseas abroad / forest wood woodland / forget overlook /
form shape / form constitute / former previous earlier past old / fraction share part proportion /
free free_of_charge no_charge gratis no_cost at_no_cost complimentary / freeze frost /
frequent often common repeatedly / fridge refrigerator / fulfil meet satisfy /
full-time full_time / fund finance pay money / funeral burial / gap distance space clearance room /
garbage rubbish waste trash / gift present / give provide grant hand supply offer / go travel /
good well / goods product merchandise item / govern rule / government state authorities /
grow increase rise expand / guest visitor / guide lead / handbook manual guide /
happy glad pleased / head chief leader / headache migraine / health medical / hear listen /
heat warm / heavy weigh weight / hide conceal not_see / high tall height / hire rent lease /
history past / hit strike / hold keep contain / holiday vacation leave time_off days_off /
home house residence dwelling / hospital clinic / hot warm / hour sixty_minutes / house building /
hunger starve / hurt injure wound / hypothesis assumption / ill sick unwell / illegal unlawful /
immediate instant at_once right_away promptly straight_away instantly immediately /
implement carry_out / important significant major key / impossible cannot not_possible /
improve better enhance increase upgrade benefit / inaugurate open opening /
include contain comprise cover count / income earnings revenue /
increase rise grow raise go_up climb higher / independent autonomous / indicate show mean point /
individual person single / industry sector / inform tell notify /
inside within in internal indoor / install mount fit set_up put / instruct teach order /
instruction direction / insufficient not_enough lack / insurance cover / intend plan mean /
interrupt stop / introduce bring_in launch / invent devise create / invest put_money /
invisible not_see unseen / invite ask / isolate separate / job work post position employment /
join connect take_part / journey trip travel / jump leap /
keep retain store hold maintain preserve save archive remain stay / kill slay die /
kind type sort / king monarch / know aware / label tag / lack miss without short / lake water /
lamp light led / last continue take endure hold_out / late delayed / law legislation legal /
lawyer attorney / leak escape / learn find_out study / leave depart exit / legal lawful /
length long duration / lessen reduce / level degree / licence license permit / life live /
lift elevator / limit restrict maximum cap most / line row / list enumerate /
live reside dwell home / lock secure / look see watch / lorry truck lorries / lose lost loss /
lots many / loud noisy / love adore / low small / lower reduce decrease cut / luggage baggage /
magazine journal / mail post email e-mail / make produce manufacture / male man men father /
manage run direct / manager supervisor head / manufacturer maker producer / many numerous /
map plan / mark sign / marry wed / match game / material substance /
maximum most at_most up_to limit not_exceed highest / meal food / measure gauge span /
medicine drug medication / meet encounter / meet pay cover bear / meeting session conference /
memory storage / message note text sms / method way procedure technique / migrate move /
minimum least at_least lowest / minister secretary / mirror copy / mix blend /
mobile phone telephone cell_phone smartphone / modern new / money cash fund /
monitor watch observe / month monthly / mortality death / motion proposal propose /
move shift relocate transfer / multiple several many / murder kill / name call designate title /
narrow slim / near close next beside / necessary need require must necessity / negotiate bargain /
neighbour adjacent / new recent latest / next following subsequent / night evening overnight /
noise sound / normal usual regular ordinary standard default / north northern /
number figure count / obey comply follow / object item / observe see watch /
obtain get receive acquire / occupy take / office workplace / official formal / often frequently /
oil petroleum / old ancient aged elderly / open accessible available inaugurate /
operate run work function / opinion view / opponent rival / opportunity chance /
oppose object against / option choice / order purchase / order command instruct /
organisation body institution / organise arrange / origin source / outdoor outside external /
outside outdoor beyond / overcome beat / oversee supervise / own possess have belong /
owner proprietor / pack package / page sheet / pain ache / paint coat colour / parcel package /
parent mother father / parliament assembly / partial part /
participant member volunteer subject patient people_who_took_part / pass approve /
passenger traveller / password passcode / patient sick / pause suspend /
pay compensate salary wage / pay_for finance fund meet / payment fee / peak top /
people persons person / permanent permanently for_good forever lasting /
permission consent approval / person people individual / phase stage /
photo photograph picture image / photograph take_a_picture shoot / place location spot site /
plan intend schedule / plant factory / play perform / poison toxic / police officer / policy rule /
pollute contaminate / poor bad / popular well-liked / population number / position post place /
possible can may able / power electricity energy current supply / precaution measure /
precise exact / prefer favour / premature early / prepare ready / president head / press push /
prevent stop avoid / primary main / principal main head / print publish / prison jail /
private personal / probable likely / problem issue trouble / procedure process /
produce make generate / professional expert / programme program / project scheme / promise pledge /
promote advance / prompt quick / property estate /
proportional pro_rata in_proportion proportionate /
propose suggest put_forward bring_forward table / protect guard shield /
protest oppose demonstrate / prove show demonstrate / public open / publish release issue /
pull draw / punish penalise / pupil student / put place set / quality standard / question query /
quiet silent / quit leave / radio wireless / raise increase lift / range scope band /
rank position / rare uncommon / rate speed / ratio proportion / reach get_to contact /
reaction response / read see / ready prepared / real actual / realise notice /
rebuild reconstruct / recent new lately / recipient receiver / recognise identify /
recover restore get_back / recover retrieve undelete / recruit hire / recycle reuse /
refer mention / register enrol sign_up log record /
reject refuse turn_down vote_down decline dismiss / reliable dependable /
remain stay left keep be_still / remainder rest remaining balance / remedy cure / remember recall /
remove delete take_off take_out / renew refresh extend prolong / renovate refurbish restore /
repeat again / replace exchange swap substitute / report tell announce say /
request demand ask call / rescue save / reserve book booking reservation /
resident inhabitant live / resign quit step_down / resist withstand tolerate / resolve solve /
responsible in_charge liable / restaurant cafe / restore recover reinstate /
result outcome finding / retire step_down / retry try_again /
return give_back send_back come_back bring_back / reveal disclose / reward prize / rich wealthy /
road street / role part / room space chamber / rough uneven / rule regulation / rural country /
sack dismiss fire / sad unhappy / safe secure / sale sell /
same identical equal alike as_well no_difference not_differ / sample specimen / say state tell /
schedule plan timetable / scholar academic / school college / science scientific / sea ocean /
seal close / search look / season time / security safety / see view spot / seek look /
seldom rarely / sell sold / send dispatch ship transmit mail / senior older / separate apart /
sequence order / serious severe grave / serve supply / several some / sex gender / shake tremble /
sharp acute / shelter refuge / ship vessel boat / shop store / shot photo /
show display demonstrate indicate / signal sign / significant important marked / similar alike /
since because as / since from after / single one / size dimension / skill ability / sleep rest /
slight small / slow sluggish / small little tiny / smart clever / smoke smoking / soft gentle /
software program / sole only / solution answer / south southern / speak talk / special particular /
specify state / spend use / spouse husband wife / spring well / stable steady / stand position /
standard norm / steal rob / step stage / stick adhere / storm tempest / strange odd /
strategy plan / stream brook / strength power / stress strain / strict rigid / strong powerful /
structure building / study research investigation trial experiment / subject topic /
submit hand_in send file / subscription plan / subsequent later / succeed success / sudden abrupt /
suffer endure / suitable appropriate fit / summary overview / supplier vendor provider /
surface top / surplus excess / surprise astonish / surrender give_up / surround encircle /
survive outlive still_exist live_on not_extinct / suspect assume / sustain maintain /
sweet sugary / switch change / symptom sign / system scheme / task job / tax duty /
teacher instructor / team group / temporary provisional / tend incline / term word /
territory area land / test trial / thanks thank / theft steal / thin slim / think believe /
threaten endanger / throw cast / ticket pass / tidy neat / tie bind / tired weary /
tolerate bear withstand no_harm / tool instrument / top summit /
total whole overall altogether in_all / tour trip / tourist visitor / track trace /
trade commerce / tradition custom / traffic transport / translate render / treat handle /
treat care cure / true correct / trust rely / turn rotate / turn_off switch_off shut_off /
typical usual / ugly unsightly / ultimate final / unable cannot not_able not_possible /
uncover reveal / undergo experience / understand grasp / unemployed jobless / unfortunately sadly /
uniform same / unique only / university college / unload empty / unlock open / unpaid without_pay /
unused not_taken not_used untaken leftover / unusual rare / update upgrade / upload send /
upset disturb / urban city / urge encourage / urgent pressing / usage use / use apply employ /
useful helpful / user people / utilise use / valid good_for in_force effective / value worth /
vast huge / vendor seller / version edition release / very extremely / victim casualty /
victory win / village settlement / violate break / violence force / visible seen / visit call /
voice speech / voyage journey / wait pause / walk stroll / wall partition / war conflict wartime /
warehouse depot / warranty guarantee / water liquid / weak feeble / wealth riches / weapon arms /
wear put_on / wear use / weather climate / web internet online / week seven_days /
weekly every_week each_week / wet damp / wide broad / winter cold / wire cable lead / wise clever /
withdraw take_back / witness see / wood timber / world globe / worry concern / worse bad /
year annual / yield produce / young youth / outage power_cut blackout power_failure /
precedence priority first / splash splashing /
bike bicycle cycle / bloom blossom flower / burn fire blaze / capsize overturn tip_over turn_over /
earth ground soil / flavour taste / grant approve allow accept / height peak top climax /
late delayed behind_schedule overdue / drop slip slide sink fall / pick_up collect fetch /
shut_down stand_still switch_off stop halt / skip leave_out omit miss / fry saute roast /
filter_out drop discard sift_out / underside bottom foot base
"""
"""Groups, set apart by "/"; words of a phrase are joined by "_"; one word may be in several."""
