"""What the demo company sells: things for the home, electronics and fashion, with prices in rupiah and ringgit."""

from itertools import accumulate
from random import Random

from jejak.touchpoints.demo import DemoProduct

RUPIAH_PER_RINGGIT = 3_700

# sku prefix, category, then: Indonesian name | Malay name | English name | rupiah | how often it is bought | how it moves
_LISTED = """
RM home
Rak dinding bambu | Rak dinding buluh | Bamboo wall shelf | 189000 | 9 | rising
Set sprei katun 180 | Set cadar kapas King | Cotton bed sheet set | 349000 | 12 |
Selimut rajut | Selimut kait | Knitted blanket | 265000 | 7 |
Lampu meja rotan | Lampu meja rotan | Rattan desk lamp | 279000 | 8 |
Cermin bulat 60 cm | Cermin bulat 60 cm | Round mirror 60 cm | 325000 | 6 |
Karpet anyaman 120x160 | Permaidani anyaman 120x160 | Woven rug 120x160 | 459000 | 6 |
Set piring keramik isi 6 | Set pinggan seramik 6 keping | Ceramic plate set of 6 | 239000 | 11 |
Mangkuk kayu jati | Mangkuk kayu jati | Teak bowl | 98000 | 7 |
Wajan granit 28 cm | Kuali granit 28 cm | Granite wok 28 cm | 219000 | 12 |
Panci set isi 5 | Set periuk 5 keping | Pot set of 5 | 585000 | 6 |
Toples kaca kue isi 4 | Balang kaca kuih 4 keping | Glass cookie jar set of 4 | 129000 | 10 |
Rice box 10 kg | Bekas beras 10 kg | Rice container 10 kg | 149000 | 6 |
Kursi makan kayu | Kerusi makan kayu | Wooden dining chair | 489000 | 5 |
Meja lipat serbaguna | Meja lipat serba guna | Folding table | 379000 | 7 |
Sofa dua dudukan | Sofa dua tempat duduk | Two-seat sofa | 2990000 | 2 |
Lemari pakaian 3 pintu | Almari baju 3 pintu | Three-door wardrobe | 2450000 | 2 | fading
Kasur lipat | Tilam lipat | Folding mattress | 545000 | 5 |
Bantal leher memory foam | Bantal leher memory foam | Memory foam neck pillow | 119000 | 6 |
Gorden blackout | Langsir blackout | Blackout curtain | 199000 | 8 |
Tanaman hias artifisial | Pokok hiasan tiruan | Artificial plant | 139000 | 5 | fading
Pengharum ruangan serai | Pewangi ruang serai | Lemongrass room fragrance | 79000 | 9 |
Keranjang cucian lipat | Bakul kain lipat | Folding laundry basket | 89000 | 8 |
Jemuran baju lipat | Ampaian baju lipat | Folding drying rack | 265000 | 6 |
Dispenser sabun | Dispenser sabun | Soap dispenser | 65000 | 6 |
Tikar piknik | Tikar berkelah | Picnic mat | 109000 | 5 |
Jam dinding kayu | Jam dinding kayu | Wooden wall clock | 175000 | 5 |
Hampers lebaran isi 8 | Hamper raya 8 item | Festive hamper of 8 | 425000 | 4 |
EL electronics
Rice cooker 1,8 L | Periuk nasi elektrik 1.8 L | Rice cooker 1.8 L | 459000 | 11 |
Blender 2 tabung | Pengisar 2 jag | Blender with 2 jars | 379000 | 8 |
Air fryer 4 L | Air fryer 4 L | Air fryer 4 L | 799000 | 10 | rising
Kipas angin berdiri 16" | Kipas berdiri 16" | Standing fan 16" | 345000 | 9 |
Setrika uap | Seterika stim | Steam iron | 285000 | 7 |
Vacuum cleaner robot | Robot vakum | Robot vacuum | 2150000 | 4 | rising
Vacuum tanpa kabel | Vakum tanpa wayar | Cordless vacuum | 989000 | 6 |
Dispenser air galon bawah | Penapis air panas sejuk | Water dispenser | 1350000 | 3 |
Pembuat kopi tetes | Pembancuh kopi | Drip coffee maker | 525000 | 5 |
Penggiling kopi elektrik | Pengisar kopi elektrik | Electric coffee grinder | 425000 | 4 |
Earbuds nirkabel | Fon telinga tanpa wayar | Wireless earbuds | 329000 | 12 |
Speaker bluetooth mini | Pembesar suara mini | Mini speaker | 259000 | 8 |
Power bank 20.000 mAh | Power bank 20,000 mAh | Power bank 20,000 mAh | 299000 | 11 |
Kabel charger 2 m | Kabel pengecas 2 m | Charging cable 2 m | 69000 | 12 |
Lampu LED pintar | Lampu LED pintar | Smart LED bulb | 99000 | 9 |
Kamera CCTV dalam ruang | Kamera CCTV dalaman | Indoor camera | 389000 | 6 |
Timbangan badan digital | Penimbang badan digital | Digital scale | 165000 | 5 |
Hair dryer lipat | Pengering rambut lipat | Folding hair dryer | 195000 | 7 |
Humidifier meja | Pelembap udara meja | Desk humidifier | 185000 | 5 | fading
TV pintar 43" | TV pintar 43" | Smart TV 43" | 3899000 | 3 |
Mesin cuci 8 kg | Mesin basuh 8 kg | Washing machine 8 kg | 3250000 | 2 |
FS fashion
Kemeja batik pria | Kemeja batik lelaki | Men's batik shirt | 289000 | 9 |
Blus katun wanita | Blaus kapas wanita | Women's cotton blouse | 199000 | 10 |
Gamis polos | Jubah muslimah | Plain abaya | 325000 | 8 |
Baju koko lengan panjang | Baju Melayu cekak musang | Long-sleeved festive shirt | 259000 | 6 |
Sarung tenun | Kain pelikat tenun | Woven sarong | 165000 | 6 |
Mukena travel | Telekung travel | Travel prayer wear | 215000 | 7 |
Hijab voal | Tudung bawal voile | Voile headscarf | 69000 | 13 |
Kaos oblong polos | T-shirt kosong | Plain T-shirt | 79000 | 13 |
Celana chino | Seluar chino | Chinos | 239000 | 8 |
Celana kulot | Seluar palazzo | Culottes | 179000 | 7 | rising
Jaket denim | Jaket denim | Denim jacket | 389000 | 5 |
Sweater rajut | Baju sejuk kait | Knitted sweater | 229000 | 5 |
Sepatu sneakers kanvas | Kasut sneakers kanvas | Canvas sneakers | 315000 | 9 |
Sandal kulit | Sandal kulit | Leather sandals | 245000 | 6 |
Tas ransel laptop | Beg galas laptop | Laptop backpack | 359000 | 7 |
Tas selempang anyaman | Beg silang anyaman | Woven sling bag | 219000 | 6 |
Dompet kulit | Dompet kulit | Leather wallet | 175000 | 6 |
Jam tangan minimalis | Jam tangan minimalis | Minimalist watch | 425000 | 4 | fading
Piyama keluarga | Baju tidur keluarga | Family pyjamas | 289000 | 6 |
Kacamata hitam | Cermin mata hitam | Sunglasses | 149000 | 5 |
Topi bucket | Topi bucket | Bucket hat | 89000 | 4 |
Ikat pinggang kulit | Tali pinggang kulit | Leather belt | 139000 | 4 |
"""


def _read() -> list[tuple[DemoProduct, float, str]]:
    listed: list[tuple[DemoProduct, float, str]] = []
    prefix = category = ""
    for line in _LISTED.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 1:
            prefix, category = line.split()
            continue
        indonesian, malay, english, rupiah, often, moves = cells
        ringgit = round(int(rupiah) / RUPIAH_PER_RINGGIT) - 0.1
        product = DemoProduct(
            sku=f"{prefix}-{1001 + len(listed)}",
            names={"id": indonesian, "ms": malay, "en": english},
            category=category,
            price_idr=int(rupiah),
            price_myr=round(ringgit, 2),
        )
        listed.append((product, float(often), moves))
    return listed


_KNOWN = _read()
PRODUCTS = [product for product, _, _ in _KNOWN]
MOVES = {product.sku: moves for product, _, moves in _KNOWN if moves}
"""Which products win more buyers from month to month, and which lose them: rising or fading."""
_STEPS = 8
_AT_STEP = []
for _step in range(_STEPS):
    _past = _step / (_STEPS - 1)
    _change = {"rising": 0.4 + 1.6 * _past, "fading": 1.6 - 1.2 * _past, "": 1.0}
    _AT_STEP.append(list(accumulate(often * _change[moves] for _, often, moves in _KNOWN)))


def pick(past: float, dice: Random) -> DemoProduct:
    """Return a product that somebody wants. past: the share of the history that is over, from 0 to 1."""
    upto = _AT_STEP[int(past * (_STEPS - 1) + 0.5)]
    return dice.choices(PRODUCTS, cum_weights=upto)[0]
